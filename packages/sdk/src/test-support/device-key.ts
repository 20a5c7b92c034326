import { generateNodeKey, nodeSigningKey } from '@holdfast/envelope/node'

export const deviceKey = nodeSigningKey(generateNodeKey('ed25519', new Uint8Array(32).fill(3)))
