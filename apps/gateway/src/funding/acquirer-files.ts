import * as z from 'zod'

/** What an acquirer tells beside its link: chargebacks, and what it has paid. Each feed is numbered from 1 on. */
export interface AcquirerFiles {
  /** Rows of the feed as they came; the newer ones only. */
  chargebacks(afterSequence: number): Promise<readonly unknown[]>
  fundingFiles(afterSequence: number): Promise<readonly ListedFundingFile[]>
  fundingFile(file: string): Promise<string>
}

type ListedFundingFile = z.infer<typeof listedFundingFile>

const TIMEOUT_MS = 30_000
/** Some hundred thousand items. */
const BYTES_MAX = 64 * 1_024 * 1_024

/** By HTTP, as the simulated acquirer's control serves them. @throws Error when there is no whole answer */
export function createAcquirerFiles(baseUrl: string): AcquirerFiles {
  async function ask(path: string): Promise<Response> {
    const answer = await fetch(new URL(path, baseUrl), { signal: AbortSignal.timeout(TIMEOUT_MS) })
    if (!answer.ok) throw new Error(`the acquirer answered ${answer.status} to ${path}`)
    if (Number(answer.headers.get('content-length') ?? 0) > BYTES_MAX)
      throw new Error(`the acquirer's answer to ${path} is larger than ${BYTES_MAX} bytes`)
    return answer
  }
  return {
    async chargebacks(afterSequence) {
      const answer = await ask(`/chargebacks?after=${afterSequence}`)
      return z.array(z.unknown()).parse(await answer.json())
    },
    async fundingFiles(afterSequence) {
      const answer = await ask(`/funding?after=${afterSequence}`)
      return z.array(listedFundingFile).parse(await answer.json())
    },
    async fundingFile(file) {
      return (await ask(`/funding/${encodeURIComponent(file)}`)).text()
    },
  }
}

const listedFundingFile = z.object({ sequence: z.int().min(1), file: z.string().min(1).max(100) })
