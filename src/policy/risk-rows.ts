/**
 * What gives a risk away: words of a task, names of paths, and code in a difference. Text rows only route early, so they
 * are narrow; what a task does not say is found in its difference. Sources: seed 5's "Force Opus + Human Review" list, and
 * the intervention triggers and cross-cutting concerns of seed 1.
 */
import type { Risk } from '../domain/names.ts';

/** Words for people in a task: an unambiguous noun, or a word that is only a risk in company. */
export const TEXT_ROWS: readonly [Risk, RegExp][] = [
  [
    'payment',
    /\b(?:payments?|payouts?|chargebacks?|refund(?:s|ed|ing)?|credit[- ]cards?|card (?:numbers?|storage)|money (?:flow|transfers?)|bank (?:transfers?|accounts?)|direct debits?|iban|stripe|paypal|adyen|braintree)\b|\bcharg(?:e|es|ed|ing) (?:a |the |their )?(?:cards?|credit|customers?)\b/i,
  ],
  [
    'authentication',
    /\bauthenticat(?:e|es|ed|ing|ion|or)\b|\b(?:auth|log-?in|sign-?in) (?:flow|token|middleware|layer|service|endpoint|handler|form|session|attempt|route|logic)s?\b|\bpasswords?\b|\b(?:oauth2?|oidc|saml|sso|jwts?|mfa|2fa|totp|webauthn|passkeys?)\b|\bsession (?:tokens?|cookies?)\b|\bsingle sign-on\b/i,
  ],
  [
    'authorization',
    /\bauthori[sz](?:e|es|ed|ing|ation)\b|\baccess (?:control|rights)\b|\b(?:rbac|acls?)\b|\brole-based\b|\b(?:user|admin|role) permissions?\b|\bpermission (?:check|model|system|rule)s?\b|\bprivileges?\b/i,
  ],
  ['encryption', /\b(?:en|de)crypt(?:s|ed|ing|ion)?\b|\bciphers?\b|\bprivate keys?\b|\bkey rotation\b|\bkms\b/i],
  [
    'pii',
    /\bpii\b|\bpersonal(?:ly identifiable)? (?:data|information)\b|\bdates? of birth\b|\bsocial security\b|\bssn\b|\bpassport numbers?\b|\b(?:medical|health) (?:data|records?)\b|\bhome address(?:es)?\b/i,
  ],
  [
    'compliance',
    /\b(?:gdpr|ccpa|hipaa|pci(?:[- ]dss)?|acgme)\b|\bregulatory (?:compliance|requirements?|reporting)\b|\bcompliance (?:logic|rules?|checks?|reports?|requirements?)\b|\bright to (?:be forgotten|erasure)\b/i,
  ],
  [
    'multi_service',
    /\b(?:across|between|over) (?:several|multiple|all|both|two|three|four|five|six|seven|eight|nine|ten|\d+) (?:\w+ )?(?:micro)?services\b|\b(?:multi|cross)-service\b|\b(?:several|multiple) (?:micro)?services\b/i,
  ],
  [
    'security',
    /\bsecurity[- ](?:sensitive|critical|review|fix|hole|flaw|headers?|polic(?:y|ies))\b|\bvulnerabilit(?:y|ies)\b|\b(?:xss|csrf|ssrf|cors)\b|\b(?:sql|command|code) injection\b|\bpath traversal\b|\bcve-\d|\b(?:api keys?|credentials)\b/i,
  ],
  [
    'destructive_migration',
    /\bdrop(?:s|ping)? (?:the |a )?(?:\w+ )?(?:tables?|columns?|database|schema)\b|\bdelet(?:e|es|ing) all (?:rows|records|data)\b|\btruncat(?:e|es|ing) (?:the )?(?:\w+ )?tables?\b|\bdestructive migrations?\b/i,
  ],
  [
    'schema_change',
    /\b(?:database|schema|sql) (?:schema )?(?:changes?|migrations?)\b|\b(?:alter|create) table\b|\bcolumns? to the (?:\w+ )?(?:database|table)\b/i,
  ],
  [
    'performance_critical',
    /\bperformance[- ]critical\b|\bhot (?:path|loop)s?\b|\blatency[- ](?:budget|critical|sensitive)\b|\b\d+ ?[km]? (?:requests|queries|events) ?(?:per|a|\/) ?(?:second|minute|hour|day)\b|\blarge data ?sets\b|\bhigh[- ]throughput\b/i,
  ],
  [
    'integration_point',
    /\bintegration points?\b|\bapi contracts?\b|\b(?:contract|interface)s? between (?:the )?(?:front|back|services|systems)|\bevent-driven architecture\b/i,
  ],
];

/** Words that a folder or file is named by: `src/auth/login-form.ts` has src, auth, login, form, ts. */
export const PATH_WORDS: readonly [Risk, string][] = [
  [
    'payment',
    'payment payments payout payouts billing refund refunds chargeback chargebacks stripe paypal adyen braintree',
  ],
  [
    'authentication',
    'auth authentication authenticator login signin oauth oauth2 oidc saml sso jwt passport password passwords mfa totp 2fa webauthn',
  ],
  ['authorization', 'authorization authorisation authz rbac acl acls permission permissions'],
  ['encryption', 'encryption crypto cipher ciphers kms keystore'],
  ['pii', 'pii'],
  ['compliance', 'gdpr hipaa ccpa pci compliance'],
  ['security', 'security csrf cors xss sanitizer'],
  ['schema_change', 'migration migrations alembic'],
];

export const PATH_PATTERNS: readonly [Risk, RegExp][] = [
  ['schema_change', /(?:^|\/)schema\.(?:prisma|sql|rb)$/],
  [
    'integration_point',
    /\.(?:proto|avsc|wsdl)$|(?:^|\/)(?:openapi|swagger|asyncapi)[^/]*\.(?:ya?ml|json)$|(?:^|\/)schema\.g(?:raph)?ql$/,
  ],
];

/** Code in a line that was added or taken away. */
export const CODE_ROWS: readonly [Risk, RegExp][] = [
  [
    'payment',
    /\b(?:stripe|paypal|adyen|braintree)\b|\bpayment_?intents?\b|\b(?:payment|refund|payout|charge)s?\.(?:create|capture|confirm|cancel)\b|\b(?:create|capture|confirm|process|charge|issue)_?(?:Payment|Refund|Payout|Charge|Card)\w*\s*\(/i,
  ],
  [
    'authentication',
    /\bjwt\.(?:sign|verify|decode)\b|\b(?:bcrypt|argon2|scrypt|pbkdf2)\w*|\b(?:hash|verify|check|compare|reset|change)_?passwords?\b|\bpassword_?hash\b|\bpassport\.(?:use|authenticate)\b|\bsign_?in(?:_?with\w*)?\s*\(|\bset-cookie\b/i,
  ],
  [
    'authorization',
    /\b(?:has|check|require|grant|revoke)_?(?:permissions?|roles?|access|privileges?)\w*\s*\(|\bis_?admin\b|@(?:PreAuthorize|RolesAllowed|Secured)\b|\bGRANT\s+\w+(?:,\s*\w+)*\s+ON\b|\bROW LEVEL SECURITY\b|\bauthorize\s*\(/i,
  ],
  [
    'encryption',
    /\bcreate(?:Cipher|Decipher)(?:iv)?\b|\bcrypto\.subtle\b|\baes[-_]?(?:128|192|256)\b|\bgenerateKeyPair|\b(?:public|private)(?:Encrypt|Decrypt)\b|\bFernet\(|\blibsodium\b|\bBEGIN (?:RSA |EC )?(?:PRIVATE|PUBLIC) KEY\b/i,
  ],
  [
    'pii',
    /\b(?:ssn|social_?security(?:_?number)?|date_?of_?birth|passport_?(?:number|no)|national_?id|medical_?records?)\b/i,
  ],
  ['compliance', /\b(?:gdpr|hipaa|ccpa|pci[-_ ]?dss)\b/i],
  [
    'security',
    /\bdangerouslySetInnerHTML\b|\beval\s*\(|\bnew Function\s*\(|\bverify\s*=\s*False\b|\brejectUnauthorized\b|\bAccess-Control-Allow-Origin\b|\bContent-Security-Policy\b|\bshell\s*=\s*True\b/,
  ],
  [
    'schema_change',
    /\b(?:CREATE|ALTER)\s+TABLE\b|\bADD\s+COLUMN\b|\b(?:pg|mysql|sqlite)Table\s*\(|\.(?:createTable|alterTable|addColumn)\s*\(|\bop\.(?:create_table|add_column|alter_column)\b/i,
  ],
  ['performance_critical', /\bperformance[- ]critical\b|\bhot path\b/i],
];

/** Files that decide what the checks run, or whether they can be red. */
export const CHECK_FILES: readonly RegExp[] = [
  /(?:^|\/)\.github\/workflows\//,
  /^\.circleci\//,
  /(?:^|\/)\.husky\//,
  /(?:^|\/)(?:\.gitlab-ci\.yml|Jenkinsfile|azure-pipelines\.yml|lefthook\.ya?ml|\.pre-commit-config\.yaml)$/,
  /(?:^|\/)(?:vitest|jest|playwright|cypress|karma|ava|wdio|eslint|stylelint)\.config\.[cm]?[jt]s(?:on)?$/,
  /(?:^|\/)\.(?:mocharc|eslintrc|stylelintrc|flake8|rspec|nycrc|c8rc)(?:\.\w+)?$/,
  /(?:^|\/)(?:biome\.jsonc?|tsconfig[^/]*\.json|pytest\.ini|tox\.ini|noxfile\.py|conftest\.py|setup\.cfg|mypy\.ini|ruff\.toml|phpunit\.xml)$/,
  /(?:^|\/)(?:[Mm]akefile|GNUmakefile|[Jj]ustfile|Rakefile|Taskfile\.ya?ml)$/,
];

/** A line of package.json that only names a version: nothing that a check runs. */
const VERSION_LINE =
  /^\s*"[^"]+":\s*"(?:[~^]|[<>]=?)?v?\d+(?:\.[\dx*]+){0,2}(?:-[\w.]+)?",?\s*$|^\s*"[^"]+":\s*"(?:workspace|npm|file|link):[\w@./^~*-]+",?\s*$/;
const BRACKET_LINE = /^\s*(?:"(?:dev|peer|optional)?[dD]ependencies":\s*)?[{}[\]]*,?\s*$/;

/** Whether a changed line of a manifest may change what the checks run. */
export const MANIFEST_ROWS: readonly [path: RegExp, isHarmless: (line: string) => boolean][] = [
  [/(?:^|\/)package\.json$/, line => VERSION_LINE.test(line) || BRACKET_LINE.test(line)],
  [/(?:^|\/)pyproject\.toml$/, line => !/\[tool\.|addopts|testpaths|^\s*(?:scripts|command)/.test(line)],
];
