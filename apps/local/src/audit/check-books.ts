import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const operatorProgram = fileURLToPath(new URL('../../../gateway/src/operate.ts', import.meta.url))

/** What is wrong with the gateway's books, line by line as its own check says it; none when they are right. */
export async function checkBooks(connectionString: string): Promise<readonly string[]> {
  const child = spawn(process.execPath, [operatorProgram, 'money', 'check'], {
    env: { ...process.env, DATABASE_URL: connectionString },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const lines: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code === 0) return []
  return lines.length === 0 ? ['The books could not be checked.'] : lines
}
