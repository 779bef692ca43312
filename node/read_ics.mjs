// Reads a JSON list of iCalendar texts and says, as a JSON list, what ical.js makes of each.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const moment = (time) => time.toJSDate().toISOString();
const seen = JSON.parse(readFileSync(0, "utf8")).map((text) => {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const component = calendar.getFirstSubcomponent("vevent");
  const event = new ICAL.Event(component);
  const attendee = component.getFirstProperty("attendee");
  return {
    method: calendar.getFirstPropertyValue("method"),
    uid: event.uid,
    sequence: event.sequence,
    stamp: moment(component.getFirstPropertyValue("dtstamp")),
    start: moment(event.startDate),
    end: moment(event.endDate),
    summary: event.summary,
    description: event.description,
    location: event.location,
    status: component.getFirstPropertyValue("status"),
    organizer: component.getFirstPropertyValue("organizer"),
    attendee: attendee && attendee.getFirstValue(),
    attendee_name: attendee && attendee.getParameter("cn"),
    alarms: component.getAllSubcomponents("valarm").length,
    zones: calendar.getAllSubcomponents("vtimezone").length,
  };
});
console.log(JSON.stringify(seen));
