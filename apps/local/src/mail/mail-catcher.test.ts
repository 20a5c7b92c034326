import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freeBasePort, portPlan } from '../stack/port-plan.ts'
import { type MailCatcher, startMailCatcher } from './mail-catcher.ts'

let catcher: MailCatcher
let ports: ReturnType<typeof portPlan>

beforeEach(async () => {
  ports = portPlan(await freeBasePort())
  const { smtp: smtpPort, mail: pagePort } = ports
  catcher = await startMailCatcher({ host: '127.0.0.1', smtpPort, pagePort, nowMs: () => 0 })
})
afterEach(() => catcher.close())

test('a mail is taken by SMTP and shown, and nothing in it becomes part of the page', async () => {
  await deliver('Receipt <script>alert(1)</script>')
  const page = `http://127.0.0.1:${ports.mail}`
  const { mails } = (await (await fetch(`${page}/mails.json`)).json()) as { mails: object[] }
  expect(mails).toMatchObject([
    { messageId: 'mail_1@shop.example', to: ['ada@home.example'], text: 'Thank you.\n' },
  ])
  const inbox = await (await fetch(page)).text()
  expect(inbox).toContain('ada@home.example')
  expect(inbox).not.toContain('<script>')
  expect(await (await fetch(`${page}/mails/mail_1@shop.example`)).text()).toContain('Thank you.')
})

/** As a mail client speaks, each line after the answer to the one before. */
async function deliver(subject: string): Promise<void> {
  const socket = connect(ports.smtp, '127.0.0.1')
  await once(socket, 'data')
  const mail = [
    'From: till@shop.example',
    'To: ada@home.example',
    `Subject: ${subject}`,
    'Message-ID: <mail_1@shop.example>',
    '',
    'Thank you.',
    '.',
  ]
  for (const line of [
    'HELO shop.example',
    'MAIL FROM:<till@shop.example>',
    'RCPT TO:<ada@home.example>',
    'DATA',
    mail.join('\r\n'),
  ]) {
    socket.write(`${line}\r\n`)
    await once(socket, 'data')
  }
  socket.end()
}
