import { signStatement } from '@holdfast/envelope'
import { SERVICE_NOTICES_MAX, type ServiceNotice, type Signed } from '@holdfast/protocol'
import { type KnownNotice, lastTexts, startsMs } from '../notices/known-notice.ts'
import type { NoticeBoard } from '../notices/notice-board.ts'
import type { GatewayWorld } from '../world/gateway-world.ts'

/** Sooner than this a till does not speak of what is planned. */
const AHEAD_MS = 24 * 60 * 60_000

/**
 * What tills show of what the operator announces, signed; null for nothing. All tills are told the same, from memory, so it
 * is signed once for each change and costs their feed nothing. What cannot be read now is told as it was.
 */
export function createTillNotices(
  board: NoticeBoard,
  { keys, clock }: Pick<GatewayWorld, 'keys' | 'clock'>,
): () => Promise<Signed | null> {
  let signedText = ''
  let signed: Promise<Signed> | null = null
  return async () => {
    const { notices } = board.known
    const soonMs = clock.wallMs() + AHEAD_MS
    const open = [...(notices?.running ?? []), ...(notices?.planned ?? [])]
    const shown = open.filter((each) => startsMs(each) < soonMs).flatMap(serviceNoticeOf)
    if (shown.length === 0) return null
    const said = { notices: shown.slice(0, SERVICE_NOTICES_MAX) }
    const text = JSON.stringify(said)
    if (signed === null || text !== signedText) {
      signedText = text
      signed = signStatement(keys.signing, 'notices', said)
    }
    return signed
  }
}

function serviceNoticeOf(known: KnownNotice): ServiceNotice[] {
  const { id, notice } = known
  if ('overMs' in notice) return []
  const { kind, state } = notice
  const endsMs = notice.kind === 'maintenance' ? notice.window.toMs : null
  return [{ notice: id, kind, state, startsMs: startsMs(known), endsMs, texts: { ...lastTexts(known) } }]
}
