/** Words that say how the others belong together. */

export type Ask = 'list' | 'count' | 'who' | 'what' | 'which' | 'when' | 'first' | 'last' | 'top' | 'oldest-first';

export type FunctionWord =
  /** What is wanted. */
  | { readonly kind: 'ask'; readonly ask: Ask; readonly per?: string }
  /** Says where what follows belongs. */
  | { readonly kind: 'preposition'; readonly word: string }
  /** `was`, `been`: what stands before a verb of this kind is what it was done to. */
  | { readonly kind: 'auxiliary'; readonly isPassive: boolean }
  /** A verb that says no more than that something was done: `did`, `made`. */
  | { readonly kind: 'light' }
  /** `events`, `attempts`: every event is one. */
  | { readonly kind: 'event' }
  | { readonly kind: 'not' }
  | { readonly kind: 'join' }
  | { readonly kind: 'comparison'; readonly bound: Comparison }
  /** What a number counts or measures. */
  | { readonly kind: 'unit'; readonly field: string; readonly factor: number }
  | { readonly kind: 'property'; readonly name: string }
  | { readonly kind: 'same' }
  | { readonly kind: 'each' }
  | { readonly kind: 'bucket'; readonly per: string }
  | { readonly kind: 'me' }
  | { readonly kind: 'pronoun' }
  /** What no filter can say. */
  | { readonly kind: 'unsupported'; readonly because: Unsupported }
  | { readonly kind: 'stop' };

export type Comparison = 'gt' | 'gte' | 'lt' | 'lte' | 'between' | 'eq';
export type Unsupported =
  | ('sequence' | 'absence' | 'time-of-day' | 'permissions-now' | 'causes' | 'places')
  | ('vague-number' | 'judgement');

const table: [words: string, meaning: FunctionWord][] = [
  [
    'show,show me,list,list of,find,find me,give,give me,display,provide,search,search for,fetch,get,get me,tell me,tell,report on,any,are there,is there,were there,was there,history of,audit trail for,audit trail of,history,audit trail',
    { kind: 'ask', ask: 'list' },
  ],
  [
    'how many,number of,the number of,count,count of,how often,how many times,total number of',
    { kind: 'ask', ask: 'count' },
  ],
  ['who,whom,whos,whose account,by whom', { kind: 'ask', ask: 'who', per: 'actor.id' }],
  ['what', { kind: 'ask', ask: 'what' }],
  ['which,wich,whcih,witch,distinct,unique,different', { kind: 'ask', ask: 'which' }],
  ['where,from where', { kind: 'ask', ask: 'which', per: 'source.ip' }],
  ['when,at what time,what time', { kind: 'ask', ask: 'when' }],
  ['first,earliest,oldest,for the first time,first time', { kind: 'ask', ask: 'first' }],
  ['last,latest,most recent,most recently,newest,last time,recent', { kind: 'ask', ask: 'last' }],
  ['top,most,most active,most often,most frequent,busiest', { kind: 'ask', ask: 'top' }],
  ['oldest first,in chronological order,chronologically', { kind: 'ask', ask: 'oldest-first' }],
  ...[
    ...[
      'by',
      'from',
      'in',
      'on',
      'at',
      'of',
      'for',
      'to',
      'with',
      'using',
      'via',
      'through',
      'inside',
      'within',
      'into',
    ],
    ...['during', 'under', 'about', 'without', 'per', 'having', 'has', 'have', 'had', 'after', 'before', 'between'],
  ].map((word): [string, FunctionWord] => [word, { kind: 'preposition', word }]),
  ['outside,outside of,from outside', { kind: 'preposition', word: 'outside' }],
  ['on behalf of,in the name of,acting for', { kind: 'preposition', word: 'on-behalf-of' }],
  ['because of,due to,caused by', { kind: 'preposition', word: 'because' }],
  [
    'containing,contains,contain,mentioning,mentions,mention,matching,that say,including the words',
    {
      kind: 'preposition',
      word: 'containing',
    },
  ],
  ['was,were,been,be,being,got,get done,gets,getting', { kind: 'auxiliary', isPassive: true }],
  ['is,are', { kind: 'auxiliary', isPassive: true }],
  [
    'did,do,does,done,doing,made,make,makes,perform,performed,performs,happen,happened,happens,occur,occurred,carried out,took place,take place,connect,connected,connects,caused,cause,triggered,took,used,use,uses',
    { kind: 'light' },
  ],
  [
    'event,events,activity,activities,actions,action,attempt,attempts,entries,entry,logs,log,audit logs,audit log,everything,anything,things,something,operations,occurrences,times,time,ones,tries,try,attempted,tried',
    { kind: 'event' },
  ],
  [
    'not,anyone but,anybody but,everyone but,everybody but,everything but,all but,nobody but,except,excluding,other than,but not,apart from,besides,didn’t,weren’t,wasn’t,ignoring,without counting,exclude',
    {
      kind: 'not',
    },
  ],
  ['or,and,as well as,and also,and/or', { kind: 'join' }],
  [
    'more than,over,above,greater than,larger than,bigger than,exceeding,exceeds,higher than,in excess of',
    {
      kind: 'comparison',
      bound: 'gt',
    },
  ],
  ['at least,no less than,not less than,minimum of,a minimum of', { kind: 'comparison', bound: 'gte' }],
  ['less than,fewer than,below,smaller than,lower than', { kind: 'comparison', bound: 'lt' }],
  ['at most,up to,no more than,not more than,maximum of,a maximum of', { kind: 'comparison', bound: 'lte' }],
  ['equal to,equals,exactly', { kind: 'comparison', bound: 'eq' }],
  ...bytes('kb,kilobytes', 1e3),
  ...bytes('mb,megabyte,megabytes', 1e6),
  ...bytes('gb,gigabyte,gigabytes', 1e9),
  ...bytes('tb,terabytes', 1e12),
  ...bytes('kib', 1024),
  ...bytes('mib', 1024 ** 2),
  ...bytes('gib', 1024 ** 3),
  ...bytes('bytes', 1),
  ['eur,euro,euros,usd,dollar,dollars,gbp,pounds,chf,francs', { kind: 'unit', field: 'metadata.amount', factor: 1 }],
  ...['rows', 'records', 'items', 'lines', 'pages', 'documents'].map((name): [string, FunctionWord] => [
    `${name} of data`,
    { kind: 'unit', field: `metadata.${name}`, factor: 1 },
  ]),
  ['rows', { kind: 'unit', field: 'metadata.rows', factor: 1 }],
  ...[
    'status',
    'state',
    'price',
    'owner',
    'plan',
    'limit',
    'quantity',
    'value',
    'amount',
    'total',
    'size',
    'level',
  ].map((name): [string, FunctionWord] => [name, { kind: 'property', name }]),
  ['same,single,very same', { kind: 'same' }],
  ['each,every,respective,broken down by,grouped by,group by', { kind: 'each' }],
  ...['minute', 'hour', 'day', 'week', 'month'].map((per): [string, FunctionWord] => [per, { kind: 'bucket', per }]),
  ['i,my,me,myself,mine', { kind: 'me' }],
  ['he,she,him,her,his,they,them,their,that person,this person,this user,that user', { kind: 'pronoun' }],
  ['then,followed by,right after,afterwards,shortly after,and then', { kind: 'unsupported', because: 'sequence' }],
  [
    'who did not,who has not,who have not,who didn’t,who hasn’t,who haven’t,have not been used,has not been used,not been used,not used,unused,inactive,dormant,not logged in,have not been,has not been,nobody,no one,never,never again,not yet,still not,no longer',
    { kind: 'unsupported', because: 'absence' },
  ],
  [
    'at night,in the night,in the morning,in the evening,in the afternoon,during the night,after hours,business hours,working hours,office hours,outside business hours,outside working hours,on weekends,at weekends,nighttime,by night,unusual hours,odd hours',
    { kind: 'unsupported', because: 'time-of-day' },
  ],
  [
    'has access,have access,can access,who can,is allowed,are allowed,allowed to,has permission,have permission,has the right',
    { kind: 'unsupported', because: 'permissions-now' },
  ],
  [
    'many,too many,lots of,a lot of,frequent,frequently,repeated,repeatedly,excessive,mass,bulk,a large number of,large numbers of,numerous,over and over,again and again',
    { kind: 'unsupported', because: 'vague-number' },
  ],
  [
    'suspicious,suspiciously,unusual,unusually,strange,weird,odd,anomalous,anomalies,anomaly,abnormal,irregular,questionable,malicious,dubious',
    { kind: 'unsupported', because: 'judgement' },
  ],
  ['country,countries,city,cities,continent,geolocation', { kind: 'unsupported', because: 'places' }],
  ['why,how,should,predict,explain', { kind: 'unsupported', because: 'causes' }],
  [
    'a,an,the,all,some,that,this,these,those,please,pls,plz,kindly,can,could,would,will,you,there,it,its,possible,ever,also,only,just,so,such,anyone,anybody,someone,somebody,as,if,us,we,our,want,need,like,know,to see,to show,to know,want to know,i want to know,i want,i need,i would like,it is possible,interested,called,named,number,no,id,ids,mr,mrs,ms,dr,related,kind,type,details,data,information,info,whose,back,actually,own,recorded,logged,around,against,concerning,regarding,across,thanks,thank,with id,with the id,but,come,comes,came,go,goes,went,appear,appeared,exist,exists,originate,originated,with number,whose id is,that has the id,hey,hi,hello,both,either,already,whether,much,few,several,various,multiple,active,whole,entire,full,complete,exact,members,attempting,let',
    { kind: 'stop' },
  ],
];

function bytes(words: string, factor: number): [string, FunctionWord][] {
  return [[words, { kind: 'unit', field: 'file.size', factor }]];
}

/** Wordings of function words, in lower case. */
export const functionWordings: ReadonlyMap<string, FunctionWord> = new Map(
  table.flatMap(([words, meaning]) => words.split(',').map((word): [string, FunctionWord] => [word, meaning])),
);
