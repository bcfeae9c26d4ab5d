/** Amazon's own models and services. The form of the lines and where they are from: `prices.ts`. */
export const AMAZON_PRICES = `
amazon.nova-2-lite-v1:0 0.33 2.75 0.0825
  @ap-east-2,ap-northeast-1,ap-northeast-2,ap-south-1,ap-southeast-1,ap-southeast-2,ap-southeast-3,ap-southeast-4,ap-southeast-5,ap-southeast-6,ap-southeast-7 0.396 3.311 0.099
  @ca-central-1 0.352 2.97 0.088
  @ca-west-1 0.374 3.091 0.0935
  @eu-central-1,eu-west-2 0.429 3.597 0.10725
  @eu-north-1 0.363 2.992 0.09075
  @eu-south-1 0.528 4.411 0.132
  @eu-south-2 0.363 3.205 0.09075
  @eu-west-1 0.374 3.157 0.0935
  @eu-west-3 0.484 4.059 0.121
  @us-west-1 0.429 3.351 0.10725
  global 0.3 2.5 0.075
  global@ap-east-2,ap-northeast-1 0.36 3.01 0.09
  global@ap-northeast-2 0.36 2.96 0.09
  global@ap-south-1 0.35 2.95 0.0875
  global@ap-southeast-1,ap-southeast-5,ap-southeast-7 0.41 3.39 0.1025
  global@ap-southeast-2,ap-southeast-6 0.32 2.63 0.08
  global@ap-southeast-3 0.32 2.64 0.08
  global@ap-southeast-4 0.33 2.71 0.0825
  global@ca-central-1 0.32 2.67 0.08
  global@ca-west-1 0.34 2.81
  global@eu-central-1 0.39 3.27 0.0975
  global@eu-north-1 0.33 2.72 0.0825
  global@eu-south-1 0.481 4.1 0.0825
  global@eu-south-2 0.33 2.75 0.0825
  global@eu-west-1 0.34 2.87 0.085
  global@eu-west-2 0.42 3.52 0.105
  global@eu-west-3 0.44 3.69 0.11
  global@il-central-1 0.38 3.13 0.095
  global@us-west-1 0.39 3.21 0.0975
amazon.nova-2-multimodal-embeddings-v1:0 second=0.00014
amazon.nova-2-sonic-v1:0 0.33 2.75
  @ap-northeast-1 0.396 3.311
  @eu-north-1 0.363 2.992
  @us-west-2 0.319 2.651
amazon.nova-canvas-v1:0 image=0.04
amazon.nova-lite-v1:0 0.06 0.24 0.015
  @eu-west-2 0.084 0.336 0.0195
  @ap-east-2,ap-northeast-1,ap-southeast-3,ap-southeast-5,ap-southeast-7 0.072 0.288 0.018
  @ap-northeast-2,ap-south-1 0.071 0.284 0.01775
  @ap-southeast-1 0.081 0.324 0.02025
  @ap-southeast-2 0.063 0.252 0.01575
  @ap-southeast-4,eu-north-1 0.065 0.26 0.01625
  @ca-central-1,ca-west-1 0.064 0.256 0.016
  @eu-central-1 0.078 0.312 0.0195
  @eu-south-1 0.096 0.384 0.024
  @eu-south-2 0.066 0.264 0.0165
  @eu-west-1 0.069 0.276 0.01725
  @eu-west-3 0.088 0.352 0.022
  @il-central-1 0.075 0.3 0.01875
  @us-west-1 0.077 0.308 0.015
amazon.nova-micro-v1:0 0.035 0.14 0.00875
  @eu-west-2 0.049 0.196 0.0115
  @ap-east-2,ap-northeast-1,ap-southeast-3,ap-southeast-5,ap-southeast-7 0.042 0.168 0.0105
  @ap-northeast-2,ap-south-1 0.041 0.164 0.01025
  @ap-southeast-1 0.047 0.188 0.01175
  @ap-southeast-2 0.037 0.148 0.00925
  @eu-central-1 0.046 0.184 0.0115
  @eu-north-1 0.038 0.152 0.0095
  @eu-south-1 0.056 0.224 0.014
  @eu-south-2 0.039 0.156 0.00975
  @eu-west-1 0.04 0.16 0.01
  @eu-west-3 0.052 0.208 0.013
  @il-central-1 0.044 0.176 0.011
amazon.nova-premier-v1:0 2.5 12.5 0.625
amazon.nova-pro-v1:0 0.8 3.2 0.2
  @eu-west-2 1.13 4.52 0.2625
  @ap-east-2,ap-northeast-1,ap-southeast-3,ap-southeast-5,ap-southeast-7 0.96 3.84 0.24
  @ap-northeast-2 0.95 3.8 0.2375
  @ap-south-1 0.94 3.76 0.235
  @ap-southeast-1 1.08 4.32 0.27
  @ap-southeast-2 0.84 3.36 0.21
  @ap-southeast-4,eu-north-1 0.87 3.48 0.2175
  @eu-central-1 1.05 4.2 0.2625
  @eu-south-1 1.28 5.21 0.32
  @eu-south-2 0.88 3.52 0.22
  @eu-west-1 0.92 3.68 0.23
  @eu-west-3 1.18 4.72 0.295
  @il-central-1 1 4 0.25
  @us-west-1 1.03 4.12 0.2
amazon.nova-reel-v1:0 second=0.08
amazon.nova-reel-v1:1 second=0.08
amazon.nova-sonic-v1:0 0.06 0.24
  @ap-northeast-1 0.072 0.288
  @eu-north-1 0.065 0.26
amazon.rerank-v1:0 search=0.001
amazon.titan-embed-image-v1 0.8
  @ap-south-1,ap-southeast-2,eu-central-1,eu-west-1,eu-west-2,eu-west-3 1
  @ca-central-1 0.9
  @sa-east-1 1.2
amazon.titan-embed-text-v1 0.1
  @ap-northeast-1,eu-central-1 0.2
amazon.titan-embed-text-v2:0 0.02
  @ap-northeast-1 0.029
  @ap-northeast-2 0.024592
  @ap-northeast-3,ap-south-2,eu-central-2 0.027
  @ap-south-1 0.024
  @ap-southeast-2,eu-west-1 0.026004
  @ca-central-1,eu-west-2 0.1
  @eu-central-1,sa-east-1 0.2
  @eu-north-1,eu-south-2 0.021
  @eu-south-1 0.023
  @eu-west-3 0.03
amazon.titan-text-express-v1 0.2 0.6
amazon.titan-text-lite-v1 0.15 0.2
amazon.titan-text-premier-v1:0 0.5 1.5
amazon.polly-standard character=0.000004
amazon.polly-neural character=0.000016
amazon.polly-long-form character=0.0001
amazon.polly-generative character=0.00003
amazon.transcribe second=0.0004
`
