-- What the worker alone may do with events on their way, and what nobody reads but through functions.
REVOKE ALL ON webhook_progress, webhook_secret FROM casemgmt_service;
REVOKE EXECUTE ON FUNCTION webhook_claim(uuid, timestamptz, interval, integer), webhook_keep(uuid, uuid, interval),
  webhook_sealed(uuid, timestamptz), webhook_release(uuid, uuid, jsonb, timestamptz), webhook_due(uuid, timestamptz, integer),
  webhook_withhold(uuid, uuid[], timestamptz), webhook_rest(uuid, timestamptz), webhook_tried(jsonb),
  webhook_beats(timestamptz, interval, integer), webhook_newest(uuid, integer), webhook_beaten(uuid, timestamptz, text)
  FROM casemgmt_service;
GRANT EXECUTE ON FUNCTION webhook_claim, webhook_keep, webhook_sealed, webhook_release, webhook_due, webhook_withhold, webhook_rest,
  webhook_tried, webhook_beats, webhook_newest, webhook_beaten TO casemgmt_worker;
