import { writeFile } from 'node:fs/promises';

/** Writes to standard output and waits until it is taken. */
export function writeStdout(data: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(data, () => {
      resolve();
    });
  });
}

/** Data goes to the file where one is named (`-`: standard output), else to standard output. */
export async function writeResult(data: string, file: string | undefined): Promise<void> {
  if (file === undefined || file === '-') await writeStdout(data);
  else await writeFile(file, data);
}
