export { freeBasePort } from './stack/port-plan.ts'
export { type Ready, readReady } from './stack/ready-file.ts'
export {
  type Heard,
  type Stack,
  type StackOptions,
  type StackStart,
  startStack,
  type Wire,
} from './stack/stack.ts'
