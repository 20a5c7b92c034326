import { once } from 'node:events'
import fastify from 'fastify'
import PostalMime from 'postal-mime'
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server'
import type { CaughtMail } from './caught-mail.ts'
import { renderInbox, renderMail } from './mail-pages.ts'

/** The newest are kept, in memory: this is for looking at, not for keeping. */
const MAILS_MAX = 200
const MAIL_BYTES_MAX = 256 * 1_024

export interface MailCatcher {
  close(): Promise<void>
}

/** A mail server that delivers to nobody, and a page to read what it was given; `/mails.json` for programs. */
export async function startMailCatcher(options: {
  readonly host: string
  readonly smtpPort: number
  readonly pagePort: number
  readonly nowMs: () => number
}): Promise<MailCatcher> {
  const { host, smtpPort, pagePort, nowMs } = options
  const mails: CaughtMail[] = []
  async function take(stream: SMTPServerDataStream, done: (refusal: Error | null) => void): Promise<void> {
    let refusal: Error | null = null
    try {
      mails.unshift(await read(stream, nowMs()))
      mails.length = Math.min(mails.length, MAILS_MAX)
    } catch (error) {
      refusal = error instanceof Error ? error : new Error(String(error))
    }
    done(refusal)
  }
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    size: MAIL_BYTES_MAX,
    onData: (stream, _session, done) => void take(stream, done),
  })
  // A client that breaks off is no reason to end.
  smtp.on('error', () => undefined)
  const server = smtp.listen(smtpPort, host)
  await once(server, 'listening')

  const page = fastify()
  page.addHook('onRequest', (_request, reply, done) => {
    // What a mail says is text on this page and never anything else.
    reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
    done()
  })
  page.get('/', (_request, reply) => reply.type('text/html').send(renderInbox(mails)))
  page.get('/mails.json', () => ({ mails }))
  page.get<{ Params: { at: string } }>('/mails/:at', (request, reply) => {
    const mail = mails.find(({ messageId }) => messageId === request.params.at)
    return mail === undefined
      ? reply.code(404).type('text/html').send(renderInbox(mails))
      : reply.type('text/html').send(renderMail(mail))
  })
  await page.listen({ host, port: pagePort })
  return {
    async close() {
      await page.close()
      await new Promise<void>((resolve) => {
        smtp.close(resolve)
      })
    },
  }
}

async function read(stream: SMTPServerDataStream, atMs: number): Promise<CaughtMail> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array))
  if (stream.sizeExceeded) throw new Error('The mail is too large')
  const mail = await PostalMime.parse(Buffer.concat(chunks))
  return {
    messageId: (mail.messageId ?? '').replace(/^<|>$/g, ''),
    from: mail.from?.address ?? '',
    to: (mail.to ?? []).flatMap(({ address }) => address ?? []),
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    atMs,
  }
}
