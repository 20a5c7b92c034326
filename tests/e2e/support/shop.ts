import { fileURLToPath } from 'node:url'

import { ChildProgram } from './child-program.ts'
import type { ShopAnswer, ShopOptions, ShopRequest, ShopSale, ShopSold, TillState } from './shop-messages.ts'

export interface Shop {
  readonly program: ChildProgram
  readonly tills: readonly string[]
  start(): Promise<void>
  /** Kill -9 of all tills; resolves when they are open again. */
  killAndOpen(): Promise<void>
  sell(till: string, sale: ShopSale): Promise<ShopSold>
  look(): Promise<TillState[]>
}

/** The tills' process as the test sees it. */
export function openShop(options: ShopOptions & { readonly logFolder: string }): Shop {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let asked = 0
  let ready = false
  const program = new ChildProgram({
    name: 'shop',
    script: fileURLToPath(new URL('./shop-program.ts', import.meta.url)),
    environment: { HOLDFAST_SHOP: JSON.stringify({ tills: options.tills, officeUrl: options.officeUrl }) },
    logFolder: options.logFolder,
    isReady: () => Promise.resolve(ready),
    onMessage(message) {
      // The shop's own program says nothing else.
      const said = message as ShopAnswer
      if ('ready' in said) ready = true
      else waiting.get(said.id)?.resolve(said.answer)
    },
  })
  const ask = async (request: Omitted): Promise<unknown> => {
    asked += 1
    const id = asked
    const answered = Promise.withResolvers<unknown>()
    waiting.set(id, answered)
    program.send({ id, ...request })
    const answer = await answered.promise
    waiting.delete(id)
    if (typeof answer === 'object' && answer !== null && 'error' in answer)
      throw new Error(String(answer.error))
    return answer
  }
  return {
    program,
    tills: options.tills.map(({ name }) => name),
    start() {
      if (program.pid === undefined) ready = false
      return program.start()
    },
    killAndOpen() {
      ready = false
      program.signal('SIGKILL')
      return program.start()
    },
    sell: async (till, sale) => (await ask({ do: 'sell', till, sale })) as ShopSold,
    look: async () => (await ask({ do: 'look' })) as TillState[],
  }
}

type Omitted = { [Do in ShopRequest['do']]: Omit<Extract<ShopRequest, { do: Do }>, 'id'> }[ShopRequest['do']]
