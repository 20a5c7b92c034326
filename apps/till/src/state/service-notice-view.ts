import type { ServiceNotice } from '@holdfast/protocol'
import type { Language } from '@holdfast/ui'

/** What the till says of one notice of the operator's. */
export interface ServiceNoticeView {
  /** Another one when something is new about it: it is shown again after it was put away. */
  readonly key: string
  readonly phase: 'planned' | 'running' | 'incident'
  readonly startsMs: number
  readonly endsMs: number | null
  readonly text: string
}

/**
 * What of it is worth a place now: what was put away is not, nor a window that is over. A till that cannot hear that a
 * maintenance has begun goes by its own clock.
 */
export function serviceNoticeViews(
  notices: readonly ServiceNotice[],
  {
    read,
    language,
    nowMs,
  }: { readonly read: readonly string[]; readonly language: Language; readonly nowMs: number },
): readonly ServiceNoticeView[] {
  return notices.flatMap(({ notice, kind, state, startsMs, endsMs, texts }) => {
    if (endsMs !== null && endsMs <= nowMs) return []
    const isPlanned = state === 'planned' && startsMs > nowMs
    const phase = kind === 'incident' ? 'incident' : isPlanned ? 'planned' : 'running'
    const text = texts[language] ?? texts.en ?? texts.fr ?? texts.es ?? ''
    const key = JSON.stringify([notice, phase, startsMs, endsMs, text])
    return read.includes(key) ? [] : [{ key, phase, startsMs, endsMs, text }]
  })
}
