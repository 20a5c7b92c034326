import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Plugin, transformWithOxc } from 'vite'

const SOURCE = fileURLToPath(new URL('service-worker.ts', import.meta.url))

/** Writes `service-worker.js` with the list of the build's files, those of `publicFolder` too, and a hash over all. */
export function serviceWorkerPlugin(publicFolder: string): Plugin {
  return {
    name: 'holdfast-service-worker',
    apply: 'build',
    enforce: 'post',
    async generateBundle(_options, bundle) {
      const hash = createHash('sha256')
      const files: string[] = []
      for (const name of Object.keys(bundle).sort()) {
        const output = bundle[name]
        if (output === undefined) continue
        hash.update(name).update(output.type === 'chunk' ? output.code : output.source)
        // The shell is kept as `/`.
        if (name !== 'index.html') files.push(`/${name}`)
      }
      for (const name of readdirSync(publicFolder).sort()) {
        hash.update(name).update(await readFile(path.join(publicFolder, name)))
        files.push(`/${name}`)
      }
      const source = await readFile(SOURCE, 'utf8')
      const { code } = await transformWithOxc(source, SOURCE)
      const script = code
        .replaceAll('HOLDFAST_FILES', JSON.stringify(files))
        .replaceAll('HOLDFAST_BUILD', JSON.stringify(hash.update(source).digest('hex').slice(0, 12)))
      this.emitFile({ type: 'asset', fileName: 'service-worker.js', source: script })
    },
  }
}
