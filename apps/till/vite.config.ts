import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { serviceWorkerPlugin } from './src/service-worker-plugin.ts'

const root = fileURLToPath(new URL('.', import.meta.url))

export default defineConfig({
  root,
  plugins: [react(), serviceWorkerPlugin(`${root}public`)],
  build: {
    target: 'es2024',
    // An inlined asset would be a data: address, which the content security policy does not admit for fonts and scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // The whole till is one file: it must open from the cache of one build, and it is small.
    chunkSizeWarningLimit: 1_500,
  },
})
