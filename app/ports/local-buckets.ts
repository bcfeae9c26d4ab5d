/** What stands in for S3 where there is no AWS: objects that an operator has put in place. */
export interface LocalBuckets {
  /**
   * An object's bytes. Undefined where there is none, also for keys that nothing can lie under. Throws
   * `permission` for what this process may not read.
   */
  get(bucket: string, key: string): Promise<ReadableStream<Uint8Array> | undefined>
}
