import { randomUUID } from 'node:crypto'
import * as fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { brotliDecompressSync, createBrotliDecompress } from 'node:zlib'

import { readTar } from './read-tar.ts'

export interface Chromium {
  readonly executablePath: string
  /** Laid over the environment of the browser: its own libraries and fonts, so that every machine shows the same page. */
  readonly env: Readonly<Record<string, string>>
}

/** Rises when the same version is unpacked differently. */
const LAYOUT = 2
const cache = fileURLToPath(new URL('../node_modules/.cache/holdfast/', import.meta.url))

/**
 * The Chromium that comes out of npm (Linux on x64), unpacked once per version, or the one that HOLDFAST_CHROMIUM
 * names. Several processes may call this at once: a folder appears whole, under its final name, or not at all.
 */
export async function chromiumPath(): Promise<Chromium> {
  const own = process.env['HOLDFAST_CHROMIUM']
  if (own !== undefined && own !== '') return { executablePath: own, env: {} }
  const { packageDir, version } = findPackage()
  const folder = path.join(cache, `chromium-${version}-${LAYOUT}`)
  if (!fs.existsSync(folder)) await unpack(path.join(packageDir, 'bin'), folder)
  return {
    executablePath: path.join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: path.join(folder, 'lib'), FONTCONFIG_PATH: folder },
  }
}

function findPackage(): { packageDir: string; version: string } {
  const wayOut = 'Set HOLDFAST_CHROMIUM to a Chromium or Chrome of this machine.'
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`There is no Chromium out of npm for ${process.platform}-${process.arch}. ${wayOut}`)
  }
  try {
    const packageDir = path.dirname(
      path.dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')),
    )
    const { version }: { version: string } = JSON.parse(
      fs.readFileSync(path.join(packageDir, 'package.json'), 'utf8'),
    )
    return { packageDir, version }
  } catch (error) {
    throw new Error(`@sparticuz/chromium is not installed. Run npm ci. ${wayOut}`, { cause: error })
  }
}

async function unpack(bin: string, folder: string): Promise<void> {
  const scratch = `${folder}.${randomUUID()}`
  fs.mkdirSync(scratch, { recursive: true })
  try {
    await pipeline(
      fs.createReadStream(path.join(bin, 'chromium.br')),
      createBrotliDecompress(),
      fs.createWriteStream(path.join(scratch, 'chromium'), { mode: 0o755 }),
    )
    for (const archive of ['al2023.tar.br', 'fonts.tar.br', 'swiftshader.tar.br']) {
      unpackArchive(path.join(bin, archive), scratch)
    }
    fs.writeFileSync(path.join(scratch, 'fonts.conf'), fontConfig(folder))
    fs.renameSync(scratch, folder)
  } catch (error) {
    fs.rmSync(scratch, { recursive: true, force: true })
    // Another process was faster, and what it made is as good.
    if (!fs.existsSync(folder)) throw error
  }
}

function unpackArchive(archive: string, folder: string): void {
  for (const entry of readTar(brotliDecompressSync(fs.readFileSync(archive)))) {
    const file = path.join(folder, entry.name)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, entry.bytes, { mode: entry.mode })
  }
}

/** The package's own file names folders that exist on Lambda only. */
/** Only a folder of fonts may be named relative to this file; a relative cache lands wherever the browser was started. */
const fontConfig = (folder: string) => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir>${path.join(folder, 'fonts-cache').replaceAll('&', '&amp;')}</cachedir>
</fontconfig>
`
