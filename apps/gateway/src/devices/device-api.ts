import { attemptResult, fromBase64Url, must } from '@holdfast/core'
import { parseJson, sha256Text, signStatement, verifyText } from '@holdfast/envelope'
import {
  type AttemptStatement,
  DEVICE_HEADER,
  deviceCredential,
  errorAnswer,
  type ErrorCode,
  type FeedAnswer,
  type DeviceStanding,
  INTAKE_RECORDS_MAX,
  intakeRequest,
  manifest,
  onlineAttemptRequest,
  requestText,
  type Signed,
  type SignedTime,
} from '@holdfast/protocol'
import * as z from 'zod'
import type { Admission } from '../admission/admission.ts'
import { uploadDeadlineMs } from '../admission/upload-deadline.ts'
import type { LinkState } from '../acquirer/link-word.ts'
import type { GatewayWorld } from '../world/gateway-world.ts'
import { createIntake, IntakeBusy } from '../intake/intake.ts'
import type { DeviceRow, FeedQuery, FeedRow, PaymentRow } from '../store/gateway-store.ts'
import { type LeaseTerms, renewLease, signedFor } from './make-lease.ts'

const FEED_ITEMS_MAX = 100
const WAIT_MS_MAX = 20_000
/** Another process may hold the acquirer link: what it does is seen by looking, where nobody tells of it. */
const POLL_MS = 250
const FEED_POLL_MS = 1_000
/** A notice can be lost, so one looks all the same. */
const TOLD_POLL_MS = 1_000
const TOLD_FEED_POLL_MS = 10_000

/** `intakeRequest` with its items unread: each is judged by itself, so that a bad one never blocks its batch. */
const intakeBatch = z.strictObject({
  manifest,
  onBehalfOf: intakeRequest.shape.onBehalfOf,
  outcomes: intakeRequest.shape.outcomes,
  records: z.array(z.unknown()).min(1).max(INTAKE_RECORDS_MAX),
})

export interface DeviceRequest {
  readonly method: string
  /** Path and query as sent. */
  readonly path: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

export interface DeviceAnswer {
  readonly status: number
  readonly body: unknown
  /** Not to be asked again before. */
  readonly retryAfterMs?: number
}

/**
 * `/device/v1`, as a function of the request alone: the HTTP server and the simulation call the same one. Ping needs
 * no signature; everything else is signed by the device's key.
 */
export function createDeviceApi(
  world: GatewayWorld,
  acquirer: { state(): LinkState },
  leaseTerms: (device: DeviceRow, heldNumber: number | null) => Promise<LeaseTerms>,
  /** Absent: nobody is ever asked to wait. */
  admission?: Admission,
  /** Puts what is new about orders into the device's feed. Absent: there are none. */
  feedOrders?: (device: DeviceRow) => Promise<void>,
  /** What tills show of what the operator announces, signed. Absent: nothing. */
  tillNotices?: () => Promise<Signed | null>,
): (request: DeviceRequest) => Promise<DeviceAnswer> {
  const intake = createIntake(world)
  const hears = () => world.changes.hearsOthers?.() ?? false

  return async (request) => {
    const url = new URL(request.path, 'http://gateway')
    const route = `${request.method} ${url.pathname}`
    if (route === 'GET /device/v1/ping') return ping(url)
    const device = await authenticate(world, request)
    if (typeof device === 'string') return refuse(device)
    try {
      if (route === 'POST /device/v1/records') return await records(device, request)
      if (route === 'POST /device/v1/attempts') {
        const asked = () => present(device, request)
        return await (admission === undefined ? asked() : admission.live(asked))
      }
      if (route === 'GET /device/v1/feed') return await feed(device, url)
      const attempt = /^GET \/device\/v1\/attempts\/(att_\w{24})$/.exec(route)?.[1]
      if (attempt !== undefined) return await result(device, attempt, url)
    } catch (error) {
      if (error instanceof IntakeBusy) return refuse('service_unavailable')
      throw error
    }
    return refuse('not_found')
  }

  async function ping(url: URL): Promise<DeviceAnswer> {
    const nonce = url.searchParams.get('nonce') ?? ''
    const bytes = fromBase64Url(nonce)
    if (bytes === null || bytes.length < 12 || bytes.length > 48) return refuse('request_malformed', 'nonce')
    const time: SignedTime = {
      nonce,
      timeMs: world.clock.wallMs(),
      service: acquirer.state() === 'up' ? 'ready' : 'acquirer_down',
    }
    return { status: 200, body: { time: await signStatement(world.keys.signing, 'time', time) } }
  }

  async function records(device: DeviceRow, request: DeviceRequest): Promise<DeviceAnswer> {
    const parsed = parse(intakeBatch, request.body)
    if (!parsed.ok) return refuse('request_malformed', parsed.param)
    if (admission === undefined) return store(device, parsed.data)
    const deadlineMs = uploadDeadlineMs(device, parsed.data.records, world.clock.wallMs())
    const rest = parsed.data.manifest.headSeq - device.receivedSeq
    const pieces = Math.max(1, Math.ceil(rest / INTAKE_RECORDS_MAX))
    const entered = await admission.enter({ deviceId: device.deviceId, deadlineMs, pieces })
    if (!entered.admitted) return { ...refuse('rate_limited'), retryAfterMs: entered.retryAfterMs }
    try {
      return await store(device, parsed.data)
    } finally {
      entered.leave()
    }
  }

  async function store(device: DeviceRow, request: z.infer<typeof intakeBatch>): Promise<DeviceAnswer> {
    const { onBehalfOf = device.deviceId, ...batch } = request
    if (onBehalfOf === device.deviceId) {
      return { status: 200, body: { receipt: await intake.receive(device, batch) } }
    }
    const owner = await world.store.device(onBehalfOf)
    // A stranger's device and one that does not exist are the same answer.
    if (owner === null || owner.account !== device.account || owner.mode !== device.mode) {
      return refuse('record_account_foreign', 'onBehalfOf')
    }
    const review = owner.status === 'revoked' ? 'device_revoked' : null
    return { status: 200, body: { receipt: await intake.receive(owner, batch, { review }) } }
  }

  async function present(device: DeviceRow, request: DeviceRequest): Promise<DeviceAnswer> {
    const parsed = parse(onlineAttemptRequest, request.body)
    if (!parsed.ok) return refuse('request_malformed', parsed.param)
    // Nobody would ask the issuer: the till decides now and not at the end of its timer, and nothing is left behind here.
    if (acquirer.state() === 'unowned') return refuse('service_unavailable')
    const presented = await intake.present(device, parsed.data.record, parsed.data.mark)
    if (presented.ok)
      return { status: 200, body: { answer: await statement(presented.row, presented.attemptId) } }
    const named = attemptIdsOf(parsed.data.record.header)
    if (named === null) return refuse(presented.code)
    const answer = await sign({ ...named, outcome: { result: 'refused', code: presented.code } })
    return { status: 200, body: { answer } }
  }

  async function result(device: DeviceRow, attemptId: string, url: URL): Promise<DeviceAnswer> {
    const paymentId = url.searchParams.get('payment') ?? ''
    const untilMs = world.clock.monotonicMs() + waitMs(url)
    const listener = world.changes.listen(paymentId)
    try {
      for (;;) {
        const { rows } = await world.store.payments(device.account, [paymentId])
        const row = rows[0]
        const attempt = row?.story.attempts.findLast((candidate) => candidate.attemptId === attemptId)
        if (row === undefined || row.deviceId !== device.deviceId || attempt === undefined)
          return refuse('not_found')
        const leftMs = untilMs - world.clock.monotonicMs()
        if (attemptResult(attempt).result !== 'pending' || leftMs <= 0) {
          return { status: 200, body: { answer: await statement(row, attemptId) } }
        }
        await listener.wait(Math.min(leftMs, hears() ? TOLD_POLL_MS : POLL_MS))
      }
    } finally {
      listener.end()
    }
  }

  async function feed(device: DeviceRow, url: URL): Promise<DeviceAnswer> {
    const generation = await world.store.generation()
    const same = Number(url.searchParams.get('generation') ?? 0) === generation
    const after = same ? Number(url.searchParams.get('after') ?? 0) : 0
    if (!Number.isSafeInteger(after) || after < 0) return refuse('request_malformed', 'after')
    if (same && url.searchParams.get('synced') === '1') await noteSynced(device, generation)
    const renewed = await renewLease(world, device, await leaseTerms(device, heldNumber(url)))
    const lease = await signedFor(world, renewed, url.searchParams.get('key'))
    // Of a new generation a device hears at once: until it knows, nothing that it holds comes back.
    const waitForMs = same ? waitMs(url) : 0
    const orders = url.searchParams.get('orders') === '1' ? device : null
    const tips = url.searchParams.get('tips') === '1'
    const query = { deviceId: device.deviceId, after, limit: FEED_ITEMS_MAX, tips }
    const items = await news(query, waitForMs, orders)
    const notices = url.searchParams.get('notices') === '1' ? await tillNotices?.() : undefined
    const body: FeedAnswer = {
      generation,
      items,
      lease,
      standing: await standing(device.deviceId, generation),
      ...(notices === undefined || notices === null ? {} : { notices }),
    }
    return { status: 200, body }
  }

  /** None when there is nothing in time. `orders`: the device, where it hears of them too. */
  async function news(query: FeedQuery, waitForMs: number, orders: DeviceRow | null): Promise<FeedRow[]> {
    const untilMs = world.clock.monotonicMs() + waitForMs
    const listener = world.changes.listen(query.deviceId)
    try {
      for (;;) {
        if (orders !== null) await feedOrders?.(orders)
        const rows = await world.store.feed(query)
        const leftMs = untilMs - world.clock.monotonicMs()
        if (rows.length > 0 || leftMs <= 0) return rows
        await listener.wait(Math.min(leftMs, hears() ? TOLD_FEED_POLL_MS : FEED_POLL_MS))
      }
    } finally {
      listener.end()
    }
  }

  /** All that the device held when this generation began is in: its payments go on. */
  async function noteSynced({ deviceId, syncedGeneration }: DeviceRow, generation: number): Promise<void> {
    if (syncedGeneration >= generation) return
    const progress = { deviceId, statedSeq: 0, receivedSeq: 0, syncedGeneration: generation }
    await world.store.commit({ progress })
    world.changes.notify('due')
  }

  /** As of now: the caller may have waited long. */
  async function standing(deviceId: string, generation: number) {
    const device = must(await world.store.device(deviceId), 'it has signed the request')
    const { receivedSeq, backedUpSeq = 0, forked = false } = device
    const durable = { none: 0, commit: receivedSeq, backup: Math.min(backedUpSeq, receivedSeq) }
    const durableSeq = durable[world.durable ?? 'none']
    const atMs = world.clock.wallMs()
    const said: DeviceStanding = { device: deviceId, generation, atMs, receivedSeq, durableSeq, forked }
    return signStatement(world.keys.signing, 'standing', said)
  }

  function statement(row: PaymentRow, attemptId: string) {
    const attempt = must(
      row.story.attempts.findLast((candidate) => candidate.attemptId === attemptId),
      'a presented attempt is in its story',
    )
    return sign({ payment: row.story.paymentId, attempt: attemptId, outcome: attemptResult(attempt) })
  }

  function sign(said: Pick<AttemptStatement, 'payment' | 'attempt' | 'outcome'>) {
    const whole: AttemptStatement = {
      ...said,
      atMs: world.clock.wallMs(),
      timerMs: world.profile.answerTimeoutMs,
    }
    return signStatement(world.keys.signing, 'attempt', whole)
  }
}

async function authenticate(world: GatewayWorld, request: DeviceRequest): Promise<DeviceRow | ErrorCode> {
  const credential = deviceCredential.safeParse(parseJson(request.headers[DEVICE_HEADER] ?? ''))
  if (!credential.success) return 'device_signature_invalid'
  const { device: deviceId, key: keyId, nonce, signature } = credential.data
  const device = await world.store.device(deviceId)
  if (device === null || device.status === 'revoked') return 'device_unknown'
  const key = device.keys.find((candidate) => candidate.keyId === keyId)
  if (key === undefined) return 'device_signature_invalid'
  const text = requestText(request.method, request.path, nonce, await sha256Text(world.crypto, request.body))
  const fits = await verifyText(world.crypto, key.publicKey, 'request', text, signature)
  return fits ? device : 'device_signature_invalid'
}

function attemptIdsOf(header: string): { payment: string; attempt: string } | null {
  const json = parseJson(header)
  if (typeof json !== 'object' || json === null || !('payment' in json) || !('attempt' in json)) return null
  const { payment, attempt } = json
  return typeof payment === 'string' && typeof attempt === 'string' ? { payment, attempt } : null
}

function parse<Schema extends z.ZodType>(
  schema: Schema,
  body: string,
): { ok: true; data: z.infer<Schema> } | { ok: false; param: string } {
  const parsed = schema.safeParse(parseJson(body))
  if (parsed.success) return { ok: true, data: parsed.data }
  return { ok: false, param: parsed.error.issues[0]?.path.join('.') ?? '' }
}

function refuse(code: ErrorCode, param?: string): DeviceAnswer {
  return errorAnswer(code, param === undefined || param === '' ? undefined : { param })
}

/** The lease that the device goes by, if it says so. */
function heldNumber(url: URL): number | null {
  const said = Number(url.searchParams.get('lease') ?? Number.NaN)
  return Number.isSafeInteger(said) && said > 0 ? said : null
}

function waitMs(url: URL): number {
  const asked = Number(url.searchParams.get('waitMs') ?? 0)
  return Number.isFinite(asked) ? Math.min(Math.max(asked, 0), WAIT_MS_MAX) : 0
}
