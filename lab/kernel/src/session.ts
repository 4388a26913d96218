import type { LabDescription } from './description.ts';
import { Helper } from './helper.ts';
import { Lab } from './lab.ts';

/**
 * Laboratories side by side. Their namespaces' names begin with this process's own prefix, and are deleted however the process ends:
 * the helper does it when its input ends.
 */
export class LabSession {
  private readonly prefix = `skl${process.pid.toString(36)}`;
  private readonly helper = new Helper(`${this.prefix}-`);
  private built = 0;

  /** Builds a laboratory; the caller disposes of it. */
  async build(description: LabDescription): Promise<Lab> {
    const lab = new Lab(description, `${this.prefix}-${String(++this.built)}-`, this.helper);
    try {
      await lab.build();
    } catch (error) {
      await lab.dispose();
      throw error;
    }
    return lab;
  }

  /** Deletes whatever is left. */
  async close(): Promise<void> {
    await this.helper.close();
  }
}
