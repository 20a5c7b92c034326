import { type Clock, fromBase64Url, must, type SigningKey, toBase64Url } from '@holdfast/core'
import { openRecord, parseJson, sha256Text, signStatement, verifyText } from '@holdfast/envelope'
import { keyIdOf, nodeCrypto } from '@holdfast/envelope/node'
import {
  type AttemptStatement,
  DEVICE_HEADER,
  type DeviceStanding,
  deviceCredential,
  enrolmentRequest,
  errorAnswer,
  type IntakeRequest,
  intakeRequest,
  type Lease,
  onlineAttemptRequest,
  type OrderStatement,
  type OutcomeStatement,
  type RecordHeader,
  requestText,
  type ServiceNotice,
  type Signed,
  type SignedTime,
  type SigningContext,
  type TipStatement,
  type WireRecord,
} from '@holdfast/protocol'
import type { Network, NetworkAnswer, NetworkRequest } from '../network.ts'
import { ACCOUNT_ID, DEVICE_ID } from './plain-lease.ts'
import { gatewayKey, sampleLease } from './sample-lease.ts'
import { READER_ID } from './scripted-reader.ts'

type Outcome = AttemptStatement['outcome']
const APPROVED: Outcome = { result: 'approved', responseCode: '00', approvalCode: '123456' }

/** What stands in the way of one request; null lets it through. `lost`: the gateway does it and the answer is lost. */
export type Fault = NetworkAnswer | 'lost' | 'hang' | null

/**
 * The world outside: a gateway that really checks signatures and really signs, behind a link that the test breaks.
 * What it keeps is what a gateway would keep; the test reads it.
 */
export class ScriptedGateway implements Network {
  readonly #clock: Clock
  key: SigningKey = gatewayKey
  /** Signed once, and still introduce the one that signs now. */
  formerKeys: SigningKey[] = []
  /** What it says of the device as a whole; null as an older gateway, which says nothing. */
  standing: Omit<DeviceStanding, 'atMs'> | null = null
  lease: Lease = sampleLease()
  /** What its operator announces. */
  notices: readonly ServiceNotice[] = []
  generation = 1
  fault: (request: NetworkRequest) => Fault = () => null
  /** How the issuer answers each attempt, in order; the last one stays. */
  issuer: Outcome[] = [APPROVED]
  timerMs = 15_000
  service: SignedTime['service'] = 'ready'
  verdict: (
    header: RecordHeader,
    hash: string,
  ) => { verdict: 'received' | 'parked'; code: string | null } | null = () => ({
    verdict: 'received',
    code: null,
  })
  readonly requests: { readonly atMs: number; readonly request: NetworkRequest }[] = []
  readonly batches: IntakeRequest[] = []
  /** Records by hash, and how often each came. */
  readonly records = new Map<string, { header: RecordHeader; wire: WireRecord; times: number }>()
  readonly attempts = new Map<string, { payment: string; outcome: Outcome }>()
  readonly #items: { n: number; type: 'outcome' | 'order' | 'tip'; statement: Signed }[] = []
  readonly #waiting = new Set<() => void>()
  #publicKey = ''
  readonly codes = new Map<string, string>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async request(request: NetworkRequest): Promise<NetworkAnswer> {
    this.requests.push({ atMs: this.#clock.monotonicMs(), request })
    const fault = this.fault(request)
    const silence = new Promise<NetworkAnswer>((resolve) => {
      const cancel = this.#clock.timer(request.timeoutMs, () => resolve({ reached: false, why: 'timeout' }))
      request.signal?.addEventListener('abort', () => {
        cancel()
        resolve({ reached: false, why: 'aborted' })
      })
    })
    if (fault === 'hang') return silence
    if (fault !== null && fault !== 'lost') return fault
    const served = this.#serve(request)
    if (fault === 'lost') {
      await served
      return { reached: false, why: 'reset' }
    }
    return Promise.race([served, silence])
  }

  /** A device that was enrolled before. */
  knows({ keyId, publicKey }: SigningKey): void {
    this.deviceKeyId = keyId
    this.#publicKey = toBase64Url(publicKey)
  }

  pathsSince(index: number): string[] {
    return this.requests.slice(index).map(({ request }) => request.path.replace(/\?.*/, ''))
  }

  async say(
    outcome: Omit<OutcomeStatement, 'device' | 'generation' | 'atMs'>,
    atMs = this.#clock.wallMs(),
  ): Promise<void> {
    const statement = {
      ...outcome,
      device: DEVICE_ID,
      generation: this.generation,
      atMs,
    }
    await this.#tell('outcome', statement)
  }

  async sayOrder(order: OrderStatement): Promise<void> {
    await this.#tell('order', order)
  }

  async sayTip(tip: Omit<TipStatement, 'device' | 'atMs'>, atMs = this.#clock.wallMs()): Promise<void> {
    await this.#tell('tip', { ...tip, device: DEVICE_ID, atMs })
  }

  async #tell(type: 'outcome' | 'order' | 'tip', said: object): Promise<void> {
    const statement = await this.#sign(type, said)
    this.#items.push({ n: this.#items.length + 1, type, statement })
    for (const wake of this.#waiting) wake()
  }

  /** As after a restore: what was said is gone, and it starts again from 0. */
  restore(): void {
    this.generation += 1
    this.#items.length = 0
    this.records.clear()
    for (const wake of this.#waiting) wake()
  }

  async #serve(request: NetworkRequest): Promise<NetworkAnswer> {
    const url = new URL(request.path, 'http://gateway')
    if (url.pathname === '/device/v1/enrolments') return this.#enrol(request)
    if (url.pathname === '/device/v1/ping') {
      const nonce = url.searchParams.get('nonce')
      return ok({
        time: await this.#sign('time', { nonce, timeMs: this.#clock.wallMs(), service: this.service }),
      })
    }
    if (!(await this.#isSigned(request))) return refused('device_signature_invalid')
    if (url.pathname === '/device/v1/records') return this.#intake(request)
    if (url.pathname === '/device/v1/feed') return this.#feed(url)
    if (url.pathname === '/device/v1/attempts') return this.#attempt(request)
    return this.#poll(url)
  }

  async #enrol(request: NetworkRequest): Promise<NetworkAnswer> {
    const { code, publicKey } = enrolmentRequest.parse(parseJson(request.body ?? ''))
    const holder = this.codes.get(code)
    if (code !== 'ABCD2345' || (holder !== undefined && holder !== publicKey))
      return refused('enrolment_code_invalid')
    this.codes.set(code, publicKey)
    this.#publicKey = publicKey
    this.deviceKeyId ??= keyIdOf(must(fromBase64Url(publicKey), 'the schema says so'))
    return ok({ device: DEVICE_ID, reader: READER_ID, lease: await this.#sign('lease', this.lease) })
  }

  async #intake(request: NetworkRequest): Promise<NetworkAnswer> {
    const batch = intakeRequest.parse(parseJson(request.body ?? ''))
    this.batches.push(batch)
    const verdicts = []
    for (const wire of batch.records) {
      const opened = await openRecord(nodeCrypto, this.#owner(), wire)
      if (!opened.ok) {
        verdicts.push({ hash: opened.hash, verdict: 'parked', code: opened.code })
        continue
      }
      const { header, hash } = opened.record
      const verdict = this.verdict(header, hash)
      if (verdict === null) continue
      const times = (this.records.get(hash)?.times ?? 0) + 1
      this.records.set(hash, { header, wire, times })
      verdicts.push({ hash, ...verdict })
    }
    const receipt = { device: DEVICE_ID, generation: this.generation, atMs: this.#clock.wallMs(), verdicts }
    return ok({ receipt: await this.#sign('receipt', receipt) })
  }

  async #attempt(request: NetworkRequest): Promise<NetworkAnswer> {
    const { record } = onlineAttemptRequest.parse(parseJson(request.body ?? ''))
    const opened = await openRecord(nodeCrypto, this.#owner(), record)
    if (!opened.ok || opened.record.header.kind !== 'attempt.started') return refused('record_malformed')
    const { attempt, payment } = opened.record.header
    const outcome = (this.issuer.length > 1 ? this.issuer.shift() : this.issuer[0]) ?? APPROVED
    this.attempts.set(attempt, { payment, outcome })
    return this.#answerAttempt(attempt, outcome.result === 'defer' ? outcome : { result: 'pending' })
  }

  async #poll(url: URL): Promise<NetworkAnswer> {
    const attemptId = must(url.pathname.split('/').at(-1), 'the path ends with the attempt')
    const known = this.attempts.get(attemptId)
    if (known === undefined) return refused('not_found')
    if (known.outcome.result === 'pending') {
      await this.#wait(Number(url.searchParams.get('waitMs')))
    }
    return this.#answerAttempt(attemptId, known.outcome)
  }

  async #answerAttempt(attempt: string, outcome: Outcome): Promise<NetworkAnswer> {
    const { payment } = must(this.attempts.get(attempt), 'known')
    const statement = { payment, attempt, atMs: this.#clock.wallMs(), timerMs: this.timerMs, outcome }
    return ok({ answer: await this.#sign('attempt', statement) })
  }

  async #feed(url: URL): Promise<NetworkAnswer> {
    const known = Number(url.searchParams.get('generation'))
    const after = Number(url.searchParams.get('after'))
    const items = () => this.#items.filter(({ n }) => n > after)
    if (known === this.generation && items().length === 0)
      await this.#wait(Number(url.searchParams.get('waitMs')))
    const found = known === this.generation ? items() : []
    // After a rotation the next key is introduced under the one that the device knows.
    const asked = url.searchParams.get('key')
    const introducer = this.formerKeys.find(({ keyId }) => keyId === asked) ?? this.key
    const lease = await signStatement(introducer, 'lease', this.lease)
    const standing =
      this.standing === null
        ? {}
        : { standing: await this.#sign('standing', { ...this.standing, atMs: this.#clock.wallMs() }) }
    const isAsked = url.searchParams.get('notices') === '1' && this.notices.length > 0
    const notices = isAsked ? { notices: await this.#sign('notices', { notices: this.notices }) } : {}
    return ok({
      generation: this.generation,
      items: found,
      lease,
      ...standing,
      ...notices,
    })
  }

  #wait(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.timer(waitMs, end)
      const end2 = () => {
        cancel()
        end()
      }
      this.#waiting.add(end2)
      const waiting = this.#waiting
      function end(): void {
        waiting.delete(end2)
        resolve()
      }
    })
  }

  async #isSigned({ method, path, headers, body }: NetworkRequest): Promise<boolean> {
    const credential = deviceCredential.safeParse(parseJson(headers[DEVICE_HEADER] ?? ''))
    if (!credential.success || credential.data.device !== DEVICE_ID) return false
    const text = requestText(method, path, credential.data.nonce, await sha256Text(nodeCrypto, body ?? ''))
    return verifyText(nodeCrypto, this.#publicKey, 'request', text, credential.data.signature)
  }

  #owner() {
    const keyId = toBase64Url(new Uint8Array(0))
    return {
      account: ACCOUNT_ID,
      mode: this.lease.mode,
      device: DEVICE_ID,
      keys: [{ keyId: this.deviceKeyId ?? keyId, publicKey: this.#publicKey }],
    }
  }

  deviceKeyId: string | null = null

  #sign(context: SigningContext, value: unknown): Promise<Signed> {
    return signStatement(this.key, context, value)
  }
}

function ok(value: unknown): NetworkAnswer {
  return { reached: true, status: 200, body: JSON.stringify(value), retryAfterMs: null }
}

function refused(code: Parameters<typeof errorAnswer>[0]): NetworkAnswer {
  const { status, body } = errorAnswer(code)
  return { reached: true, status, body: JSON.stringify(body), retryAfterMs: null }
}
