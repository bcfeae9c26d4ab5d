/** Who we are at AWS. `expiration` in Unix milliseconds. */
export interface AwsCredentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
  expiration?: number
}

/** Resolves the current credentials; a runtime refreshes them in the background, one refresh at a time. */
export interface CredentialSource {
  /** Where they come from, for the banner: `environment`, `profile dev`. */
  describe: string
  current(): AwsCredentials | Promise<AwsCredentials>
  /** AWS says that this session is over. Looks for another, and tells whether there is one. Absent where none can come. */
  renewed?(sessionToken: string): Promise<boolean>
}

/** Synchronous digests, where the runtime has them (node:crypto). Without them WebCrypto signs. */
export interface Digest {
  sha256Hex(data: string | Uint8Array): string
  hmacSha256(key: string | Uint8Array, data: string): Uint8Array
  hmacSha256Hex(key: Uint8Array, data: string): string
}
