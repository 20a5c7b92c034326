import type { AcquirerFiles } from '../funding/acquirer-files.ts'

/** An acquirer's feeds as a test tells them. */
export interface ToldByAcquirer {
  readonly files: AcquirerFiles
  tellFile(file: string, body: string): void
  tellChargeback(
    stage: 'inquiry' | 'chargeback' | 'won' | 'lost',
    line: Readonly<Record<string, unknown>>,
  ): void
}

export function createToldByAcquirer(): ToldByAcquirer {
  const chargebacks: object[] = []
  const bodies: { readonly file: string; readonly body: string }[] = []
  return {
    files: {
      chargebacks: (after) => Promise.resolve(chargebacks.slice(after)),
      fundingFiles: (after) =>
        Promise.resolve(bodies.map(({ file }, at) => ({ sequence: at + 1, file })).slice(after)),
      fundingFile(file) {
        const found = bodies.find((one) => one.file === file)
        return found === undefined
          ? Promise.reject(new Error(`no file ${file}`))
          : Promise.resolve(found.body)
      },
    },
    tellFile: (file, body) => void bodies.push({ file, body }),
    tellChargeback: (stage, line) =>
      void chargebacks.push({ sequence: chargebacks.length + 1, stage, ...line }),
  }
}
