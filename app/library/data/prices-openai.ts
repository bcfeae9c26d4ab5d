/** Models of OpenAI. The form of the lines and where they are from: `prices.ts`. */
export const OPENAI_PRICES = `
openai.gpt-5.4 2.75 16.5 0.275
openai.gpt-5.4-2026-03-05 2.75 16.5 0.275
openai.gpt-5.5 5.5 33 0.55
openai.gpt-5.5-2026-04-23 5.5 33 0.55
openai.gpt-5.6-luna 0.22 1.32 0.022 0.275 0.44
  global 0.2 1.2 0.02 0.25 0.4
openai.gpt-5.6-sol 4.4 22 0.44 5.5 8.8
  global 4 20 0.4 5 8
openai.gpt-5.6-terra 2.2 13.2 0.22 2.75 4.4
  global 2 12 0.2 2.5 4
openai.gpt-6-astra 11 55 1.1 13.75 22
  global 10 50 1 12.5 20
openai.gpt-6-luna 0.11 0.55 0.011 0.1375 0.22
  global 0.1 0.5 0.01 0.125 0.2
openai.gpt-6-sol 2.2 11 0.22 2.75 4.4
  global 2 10 0.2 2.5 4
openai.gpt-oss-120b 0.15 0.6
  @ap-northeast-1,ap-southeast-1,ap-southeast-4,sa-east-1 0.18 0.73
  @ap-south-1 0.18 0.71
  @ap-southeast-2 0.1545 0.618
  @ap-southeast-3 0.16 0.62
  @eu-central-1,eu-south-1 0.2 0.79
  @eu-west-1 0.18 0.7
  @eu-west-2 0.23 0.93
openai.gpt-oss-120b-1:0 0.15 0.6
  @ap-northeast-1,ap-southeast-2,sa-east-1 0.18 0.73
  @ap-south-1 0.18 0.71
  @ap-southeast-3 0.16 0.62
  @eu-central-1,eu-south-1 0.2 0.79
  @eu-west-1 0.18 0.7
  @eu-west-2 0.23 0.93
openai.gpt-oss-20b 0.07 0.3
  @ap-northeast-1,ap-southeast-1,ap-southeast-4,sa-east-1 0.08 0.36
  @ap-south-1,eu-west-1 0.08 0.35
  @ap-southeast-2 0.0721 0.309
  @ap-southeast-3 0.07 0.31
  @eu-central-1,eu-south-1 0.09 0.4
  @eu-west-2 0.11 0.47
openai.gpt-oss-20b-1:0 0.07 0.3
  @ap-northeast-1,ap-southeast-2,sa-east-1 0.08 0.36
  @ap-south-1,eu-west-1 0.08 0.35
  @ap-southeast-3 0.07 0.31
  @eu-central-1,eu-south-1 0.09 0.4
  @eu-west-2 0.11 0.47
openai.gpt-oss-safeguard-120b 0.15 0.6
  @ap-northeast-1,ap-southeast-2,sa-east-1 0.18 0.73
  @ap-south-1 0.18 0.71
  @eu-south-1,eu-west-1 0.18 0.7
  @eu-west-2 0.23 0.93
openai.gpt-oss-safeguard-20b 0.07 0.2
  @ap-northeast-1,ap-south-1,ap-southeast-2,sa-east-1 0.08 0.24
  @eu-south-1,eu-west-1 0.08 0.23
  @eu-west-2 0.11 0.31
openai.gpt-6.1-sol 2.2 11 0.11 2.75 >272000 4.4 16.5 0.22 5.5
  global 2 10 0.1 2.5 >272000 4 15 0.2 5
openai.gpt-6.1-terra 1.1 5.5 0.055 1.375 >272000 2.2 8.25 0.11 2.75
  global 1 5 0.05 1.25 >272000 2 7.5 0.1 2.5
`
