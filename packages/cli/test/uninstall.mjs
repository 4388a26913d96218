import { rmSync } from 'node:fs';

export default function uninstall() {
  const folder = process.env.SKOOP_TEST_INSTALLED;
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}
