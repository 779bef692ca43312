// How many seconds of the processor the peer takes for a year of half hours on working days: {"seconds": median of the rounds, "slots": how many}.
import { createRequire } from "node:module";

const { getSlots } = createRequire(import.meta.url)("slot-calculator");
const [zone, year, rounds] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];
const work = {
  from: `${year}-01-01T00:00:00.000Z`,
  to: `${year + 1}-01-01T00:00:00.000Z`,
  availability: days.map((day) => ({ day, from: "09:00", to: "17:00", timezone: zone })),
  duration: 30,
  outputTimezone: "UTC",
};
const seconds = [];
let found;
for (let round = 0; round < rounds; round += 1) {
  const began = process.cpuUsage();
  found = getSlots(work).availableSlots;
  const used = process.cpuUsage(began);
  seconds.push((used.user + used.system) / 1e6);
}
seconds.sort((a, b) => a - b);
console.log(JSON.stringify({ seconds: seconds[Math.floor(rounds / 2)], slots: found.length }));
