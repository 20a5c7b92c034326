/**
 * The primitives that the envelope is built from. Node answers synchronously inside, the web asynchronously, a gateway's
 * process from its thread pool; the simulation uses Node's so that the order of completion is the same in every run.
 */
export interface Crypto {
  randomBytes(length: number): Uint8Array
  sha256(data: Uint8Array): Promise<Uint8Array>
  hmacSha256(key: Uint8Array, data: Uint8Array): Promise<Uint8Array>
  /** `publicKey` is the raw 32 bytes. False also for malformed keys and signatures. */
  verifyEd25519(publicKey: Uint8Array, signature: Uint8Array, data: Uint8Array): Promise<boolean>
  /** A fresh X25519 pair; the private half never leaves the returned object. */
  generateX25519(): Promise<X25519Pair>
  /** AES-GCM with a 12-byte nonce and a 16-byte tag behind the ciphertext; the key's length chooses 128 or 256. */
  aesGcmSeal(input: AesGcmInput): Promise<Uint8Array>
  /** Null when the tag does not fit. */
  aesGcmOpen(input: AesGcmInput): Promise<Uint8Array | null>
}

export interface AesGcmInput {
  readonly key: Uint8Array
  readonly nonce: Uint8Array
  readonly data: Uint8Array
  readonly associatedData: Uint8Array
}

export interface X25519Pair {
  /** Raw 32 bytes. */
  readonly publicKey: Uint8Array
  /** Null when the peer's key is malformed or of low order (RFC 7748 §6.1: an all-zero result is refused). */
  agree(peerPublicKey: Uint8Array): Promise<Uint8Array | null>
}

/** An Ed25519 private key that signs and, where the platform can, never shows itself. */
export interface SigningKey {
  /** Short stable name: base64url of the first 12 bytes of SHA-256 of the public key. */
  readonly keyId: string
  /** Raw 32 bytes. */
  readonly publicKey: Uint8Array
  sign(data: Uint8Array): Promise<Uint8Array>
}
