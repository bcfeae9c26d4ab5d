declare module 's3rver' {
  interface Options {
    port: number
    address: string
    silent: boolean
    directory: string
  }
  export default class S3rver {
    constructor(options: Options)
    run(): Promise<object>
    close(): Promise<void>
  }
}
