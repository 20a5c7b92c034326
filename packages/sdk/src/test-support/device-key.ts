import { generateNodeKey, nodeSigningKey } from '@holdfast/envelope/node'

export const DEVICE_SEED = new Uint8Array(32).fill(3)
export const deviceKey = nodeSigningKey(generateNodeKey('ed25519', DEVICE_SEED))
