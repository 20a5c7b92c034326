export type { CounterStore } from './card-counters.ts'
export { type CardName, cardNamed, cardNames } from './simulated-cards.ts'
export {
  createSimulatedReader,
  type ReaderState,
  type SimulatedReader,
  type SimulatedReaderOptions,
} from './simulated-reader.ts'
