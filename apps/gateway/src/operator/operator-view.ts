import type { Currency } from '@holdfast/core'
import type {
  AccountBatch,
  AccountDevice,
  AccountPayment,
  Exposure,
  OfflinePolicy,
  Review,
} from '@holdfast/protocol/account'
import type { IncrementRow } from '../increments/increment-row.ts'
import type { TipAside } from '../captures/tips-aside.ts'
import type { OperatorAct } from '../acts/note-act.ts'
import type { PageLanguage } from '../pages/page.ts'
import type { NoticesView } from '../status/notice-view.ts'
import type { DecisionDone } from './decision-texts.ts'
import type { OperatorError } from './operator-texts.ts'

/** All that the operator page shows. */
export interface OperatorView {
  readonly language: PageLanguage
  readonly mode: 'test' | 'live'
  readonly accountName: string
  readonly currency: Currency
  readonly currencies: readonly Currency[]
  /** What was announced to everybody. */
  readonly notices: NoticesView
  readonly policy: OfflinePolicy
  readonly exposure: Exposure
  readonly devices: readonly AccountDevice[]
  readonly undecided: readonly AccountPayment[]
  readonly declined: readonly AccountPayment[]
  readonly review: Review
  readonly batches: readonly AccountBatch[]
  /** More that was asked for on holds, and that nobody answered in time. */
  readonly stuckIncrements: readonly IncrementRow[]
  readonly tipsAside: readonly TipAside[]
  readonly acts: readonly OperatorAct[]
  readonly locations: readonly { readonly location: string; readonly name: string }[]
  /** Of the forms. */
  readonly formToken: string
  /** The key was typed within the last minutes. */
  readonly isConfirmed: boolean
  readonly notice: 'saved' | DecisionDone | OperatorError | null
  /** What was typed, when it was not taken. */
  readonly typed: URLSearchParams | null
}

/** With the name of the zone: whoever reads it may be elsewhere. */
export function dateText(atMs: number, language: PageLanguage): string {
  const format = { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' } as const
  return `${new Intl.DateTimeFormat(language, format).format(atMs)} UTC`
}
