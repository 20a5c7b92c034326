import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const program = fileURLToPath(new URL('../../../gateway/src/operate.ts', import.meta.url))

/** `npm run gateway -- …` on this home, as an operator types it. @throws Error with what it said when it was refused */
export async function runOperator(home: string, ...typed: readonly string[]): Promise<string> {
  const env = { ...process.env, HOLDFAST_HOME: home, DATABASE_URL: '' }
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...typed], { env })
  return stdout
}
