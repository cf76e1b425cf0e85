/** Loaded into a kleiber process: the machine's clock jumps a day and more, back and forth, every time somebody looks at it. */
const RealDate = Date;
const HOUR_MS = 3_600_000;
const JUMPS_MS = [0, 26 * HOUR_MS, -3 * HOUR_MS, 5_000, -26 * HOUR_MS, HOUR_MS];
let looks = 0;

const jumped = () => RealDate.now() + JUMPS_MS[looks++ % JUMPS_MS.length];

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(jumped());
    else super(...given);
  }

  static now() {
    return jumped();
  }
};
