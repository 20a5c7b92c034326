import { createServer } from 'node:net'

import { createFingerprint, createHost, memoryJournal } from '../../../apps/acquirer/src/index.ts'
import { openFileJournal } from '../../../apps/acquirer/src/file-journal.ts'
import { startServer } from '../../../apps/acquirer/src/server.ts'
import { bcdBinary1987 } from '../../../packages/iso8583/src/index.ts'
import { workerInput } from '../measure/run-worker.ts'
import type { HostTask } from './host-task.ts'

/** The far end of the wire in a process of its own; says its port and lives until it is killed. */
const task = workerInput() as HostTask
const port = task.host === 'bare' ? await bare(task.answerBytes) : await acquirer(task.journal)
process.stdout.write(`${JSON.stringify({ port })}\n`)

async function acquirer(path: string | null): Promise<number> {
  const journal = path === null ? memoryJournal() : await openFileJournal(path)
  const host = createHost({ nowMs: Date.now, journal, fingerprint: createFingerprint(new Uint8Array(32)) })
  const server = await startServer({
    host,
    journal,
    profile: bcdBinary1987,
    port: 0,
    log: () => undefined,
    onJournalFailure: (error) => {
      throw error
    },
  })
  return server.port
}

/** Counts frames and answers each with as many bytes as the acquirer does: what the wire itself can do. */
function bare(answerBytes: number): Promise<number> {
  const answer = Buffer.alloc(answerBytes, 1)
  const server = createServer((socket) => {
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    let rest = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      const stream = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      let at = 0
      while (stream.length - at >= 2 && stream.length - at >= 2 + stream.readUInt16BE(at)) {
        at += 2 + stream.readUInt16BE(at)
        socket.write(answer)
      }
      rest = stream.subarray(at)
    })
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}
