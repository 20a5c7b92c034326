import { createEmulator } from 'emulate'

/** The in-memory double as a program of its own, at the port that is asked for. */
await createEmulator({ service: 'stripe', port: Number(process.argv[2]) })
process.send?.('ready')
