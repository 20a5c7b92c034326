import { generateNodeKey, nodeCrypto, nodeSigningKey } from '@holdfast/envelope/node'
import { hostCapture } from '@holdfast/iso8583'
import { acquirerProfileOf } from '../acquirer/acquirer-profile.ts'
import { openPool } from '../database/open-pool.ts'
import { createChangeNotifier } from '../ports/change-notifier.ts'
import { createPostgresGatewayStore } from '../store/postgres-gateway-store.ts'
import { runningFrom } from './acquirer-program.ts'
import { type MoneyPort, startMoneyHalf } from './money-half.ts'

/** Where this process is to die by SIGKILL: at one step of one kind of message. */
export interface Death {
  readonly at:
    | 'before sent is durable'
    | 'after sent is durable, before a byte'
    | 'after the byte, before the answer'
    | 'after the answer, before it is written'
    | 'after it is written, before its COMMIT'
    | 'after its COMMIT'
    | 'between a posting and the end of its task'
  readonly of: 'complete' | 'refund' | 'reconcile' | 'upload' | 'increase' | 'task'
}

export interface PresentingWorker {
  readonly url: string
  readonly acquirerPort: number
  /** Base64url. */
  readonly vaultKey: string
  /** Where its clock begins. */
  readonly startMs: number
  readonly death: Death
}

/** Presents, from the database that its argument names, up to the step at which it dies. */
const { url, acquirerPort, vaultKey, startMs, death } = JSON.parse(process.argv[2] ?? '') as PresentingWorker

const die = (): void => void process.kill(process.pid, 'SIGKILL')
const isAt = (at: Death['at'], of: Death['of']): boolean => death.at === at && death.of === of
/** The next message that leaves is the one. */
let isNext = false

const pool = openPool({ connectionString: url, connectionsMax: 6, log: () => undefined })
pool.on('connect', (client) => {
  const query = client.query.bind(client)
  /** What the transaction has written so far. */
  let written: string[] = []
  const watched = (...asked: [unknown, unknown[]?]): unknown => {
    const [first, values = []] = asked
    const text = (typeof first === 'string' ? first : (first as { text: string }).text).trim()
    if (text === 'begin') written = []
    if (text.startsWith('with posted as')) written.push('posting')
    if (text.startsWith('update presentments set state')) written.push(String(values[2]))
    if (text.startsWith('update increments set state'))
      written.push(values[2] === 'approved' ? 'accepted' : String(values[2]))
    if (text.startsWith('update batches set stan')) written.push('sent')
    if (text.startsWith(`update batches set state = 'closed'`)) written.push('accepted')
    if (text.startsWith('update money_tasks set') && written.includes('posting') && death.of === 'task') die()
    const isSent = text === 'commit' && written.includes('sent')
    const isAccepted = text === 'commit' && written.includes('accepted')
    if (isSent && death.at === 'before sent is durable') die()
    if (isAccepted && death.at === 'after it is written, before its COMMIT') die()
    const result: unknown = Reflect.apply(query, client, asked)
    if (isAccepted && death.at === 'after its COMMIT') void (result as Promise<unknown>).then(die)
    return result
  }
  Object.defineProperty(client, 'query', { value: watched })
})

const clock = runningFrom(startMs)
startMoneyHalf({
  pool,
  world: {
    store: createPostgresGatewayStore(pool),
    clock,
    crypto: nodeCrypto,
    keys: {
      signing: nodeSigningKey(generateNodeKey('ed25519')),
      sealKey: () => null,
      vaultKey: Buffer.from(vaultKey, 'base64url'),
      sealPublicKeys: [],
    },
    profile: { ...acquirerProfileOf(hostCapture), answerTimeoutMs: 700 },
    log: {
      info: () => undefined,
      error: (fields, message) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`),
    },
    changes: createChangeNotifier(clock),
  },
  host: hostCapture,
  port: acquirerPort,
  around: dying,
  dialing: (dialer) => ({
    async dial(signal) {
      const connection = await dialer.dial(signal)
      const send = (message: Uint8Array): void => {
        connection.send(message)
        if (isNext) die()
      }
      return { ...connection, send }
    },
  }),
})

function dying(port: MoneyPort): MoneyPort {
  return {
    ...port,
    increase: (message, limits) => around('increase', () => port.increase(message, limits)),
    complete: (message, limits) => around('complete', () => port.complete(message, limits)),
    upload: (message, limits) => around('upload', () => port.upload(message, limits)),
    refund: (message, limits) => around('refund', () => port.refund(message, limits)),
    reconcile: (message, limits) => around('reconcile', () => port.reconcile(message, limits)),
  }
}

async function around<Answer>(of: Death['of'], ask: () => Promise<Answer>): Promise<Answer> {
  if (isAt('after sent is durable, before a byte', of)) die()
  isNext = isAt('after the byte, before the answer', of)
  const answer = await ask()
  if (isAt('after the answer, before it is written', of)) die()
  return answer
}
