export interface ErrorEntry {
  readonly status: number
  readonly retryable: boolean
  /** What is wrong and what would be right, for a person. */
  readonly message: string
}

/** An entry of what comes out the same however often it is asked for: most are. */
export function refusal(message: string, status = 422): ErrorEntry {
  return { status, retryable: false, message }
}
