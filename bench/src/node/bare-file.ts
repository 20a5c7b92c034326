import { closeSync, fdatasyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import type { OpenQueue } from '../queue/bench-queue.ts'
import { newPaymentRecord, type PaymentRecord } from '../queue/payment-record.ts'

/** The limit of this disk and this runtime: 1 KB at the end of a file, then fdatasync. */
export const openBareFile: OpenQueue = async ({ name }) => {
  mkdirSync(name, { recursive: true })
  const file = path.join(name, 'bare.log')
  const handle = openSync(file, 'a+')
  const acknowledged: string[] = []
  return {
    acknowledged,
    async append() {
      const record = newPaymentRecord()
      const bytes = Buffer.from(`${JSON.stringify(record)}\n`)
      const startedMs = performance.now()
      writeSync(handle, bytes)
      fdatasyncSync(handle)
      const tookMs = performance.now() - startedMs
      acknowledged.push(record.id)
      return tookMs
    },
    async waiting() {
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
      return lines.map((line) => (JSON.parse(line) as PaymentRecord).id)
    },
    async close() {
      closeSync(handle)
    },
  }
}
