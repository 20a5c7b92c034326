import type { Crypto } from '@holdfast/core'
import { createTransport } from 'nodemailer'
import type { Pool } from 'pg'
import { transaction } from '../database/transaction.ts'
import type { GatewayKeys } from '../ports/gateway-keys.ts'
import { finishJob, type Job, type JobHandler, JobHopeless } from '../jobs/job.ts'
import { type QueuedMail, readLetter, readQueuedMail } from './read-letter.ts'
import { writeLetter } from './write-letter.ts'

const CONNECT_WITHIN_MS = 10_000
const ANSWER_WITHIN_MS = 30_000

export interface MailServer {
  /** `smtp://user:password@host:587` or `smtps://…`. */
  readonly url: string
  /** The sender's address; its domain is also that of the message ids. */
  readonly from: string
}

export interface MailSending {
  readonly pool: Pool
  readonly nowMs: () => number
  readonly crypto: Crypto
  readonly keys: Pick<GatewayKeys, 'sealKey'>
  readonly server: MailServer
}

/**
 * Writes and sends one mail. Its Message-ID is the same in every try: it is sent twice only when its server, or we,
 * die between its being taken and our writing that down (SQ16).
 */
export function mailHandler(sending: MailSending): JobHandler {
  const { url, from } = sending.server
  const transport = createTransport({
    url,
    connectionTimeout: CONNECT_WITHIN_MS,
    greetingTimeout: CONNECT_WITHIN_MS,
    socketTimeout: ANSWER_WITHIN_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    async run(job) {
      const queued = await readQueuedMail(sending.pool, job.account, String(job.payload['mail']))
      if (queued === null || queued.state !== 'queued') return undefined
      const addressed = await readLetter(sending, queued)
      if (addressed === null) return settle(sending, job, queued, 'dropped')
      const letter = writeLetter(addressed.facts, queued.language)
      const messageId = `<${queued.mail}@${from.slice(from.lastIndexOf('@') + 1)}>`
      try {
        await transport.sendMail({ from, to: { name: '', address: addressed.to }, messageId, ...letter })
      } catch (error) {
        throw withoutAddress(error)
      }
      return settle(sending, job, queued, 'sent')
    },
  }
}

/** That it is over, and its job, at once. */
async function settle(
  { pool, nowMs }: MailSending,
  job: Job,
  { account, mail }: QueuedMail,
  state: 'sent' | 'dropped',
): Promise<undefined> {
  await transaction(pool, async (tx) => {
    await tx.query('update mails set state = $3, done_ms = $4 where account = $1 and mail = $2', [
      account,
      mail,
      state,
      nowMs(),
    ])
    await finishJob(tx, job)
  })
}

/** What a mail server says repeats the address, and this is kept and logged: only codes come through. */
function withoutAddress(error: unknown): Error {
  const code = fieldOf(error, 'code') ?? 'unknown'
  const response = fieldOf(error, 'responseCode')
  const message = `mail not taken: ${code}${response === null ? '' : ` ${response}`}`
  // 5xx is the server's last word on this mail, but for a refused log-in, which the operator can mend.
  const isFinal = response !== null && response.startsWith('5') && code !== 'EAUTH'
  return isFinal ? new JobHopeless(message) : new Error(message)
}

function fieldOf(error: unknown, name: string): string | null {
  if (typeof error !== 'object' || error === null) return null
  const value = (error as Readonly<Record<string, unknown>>)[name]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null
}
