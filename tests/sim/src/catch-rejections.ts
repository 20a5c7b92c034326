import type { Watch } from './watch.ts'

/**
 * Runs a world whose programs share this process: a promise that one of them lets fall would end a real program, so it
 * is a breach of that world and not the end of the run.
 */
export async function catchRejections<Result>(watch: Watch, run: () => Promise<Result>): Promise<Result> {
  const others = process.listeners('unhandledRejection')
  const onRejection = (reason: unknown): void =>
    watch.breach('no program meets a state that it holds impossible', String(reason))
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', onRejection)
  try {
    return await run()
  } finally {
    process.off('unhandledRejection', onRejection)
    for (const other of others) process.on('unhandledRejection', other)
  }
}
