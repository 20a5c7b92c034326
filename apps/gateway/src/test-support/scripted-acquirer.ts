import type {
  AcquirerAnswer,
  AcquirerPort,
  AdviceMessage,
  AuthorisationMessage,
  OnLate,
  ReversalMessage,
} from '../acquirer/acquirer-port.ts'

export interface ScriptedAcquirer extends AcquirerPort {
  readonly authorisations: AuthorisationMessage[]
  readonly advices: AdviceMessage[]
  readonly reversals: ReversalMessage[]
  /** Of each sale and advice in turn: whom to tell what comes after it was given up. */
  readonly late: OnLate[]
  /** The next answers, in order; afterwards every sale is approved and every reversal taken. */
  answer(...answers: (AcquirerAnswer | Promise<AcquirerAnswer>)[]): void
  answerReversal(...answers: AcquirerAnswer[]): void
  /** Whoever still waits gets no answer any more. */
  hangUp(): void
}

export const APPROVED: Extract<AcquirerAnswer, { kind: 'approved' }> = {
  kind: 'approved',
  responseCode: '00',
  approvalCode: '654321',
  amountMinor: 1_250,
}

/** The acquirer is the outside world: what it is asked is kept, what it answers is the test's to say. */
export function createScriptedAcquirer(): ScriptedAcquirer {
  const authorisations: AuthorisationMessage[] = []
  const advices: AdviceMessage[] = []
  const reversals: ReversalMessage[] = []
  const late: OnLate[] = []
  const answers: (AcquirerAnswer | Promise<AcquirerAnswer>)[] = []
  const reversalAnswers: AcquirerAnswer[] = []
  const hungUp = Promise.withResolvers<AcquirerAnswer>()
  return {
    authorisations,
    advices,
    reversals,
    late,
    answer: (...next) => void answers.push(...next),
    answerReversal: (...next) => void reversalAnswers.push(...next),
    hangUp: () => hungUp.resolve({ kind: 'no_answer' }),
    state: () => 'up',
    authorise(message, _limits, onLate) {
      authorisations.push(message)
      late.push(onLate ?? nobody)
      const next = answers.shift() ?? { ...APPROVED, amountMinor: message.money.amountMinor }
      return Promise.race([next, hungUp.promise])
    },
    advise(message, _limits, onLate) {
      advices.push(message)
      late.push(onLate ?? nobody)
      const next = answers.shift() ?? { ...APPROVED, amountMinor: message.money.amountMinor }
      return Promise.race([next, hungUp.promise])
    },
    reverse(message) {
      reversals.push(message)
      return Promise.resolve(reversalAnswers.shift() ?? { kind: 'reversed', wasKnown: true })
    },
  }
}

function nobody(): void {
  throw new Error('nobody would hear a late answer')
}
