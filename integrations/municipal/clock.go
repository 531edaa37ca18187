package municipal

import (
	"net/http"
	"time"
)

// platformNow is the time by the platform's clock, as far as it told us.
func (c *Client) platformNow() time.Time { return c.clock().Add(time.Duration(c.skew.Load())) }

// maxSkew bounds what a platform's Date can make us believe.
const maxSkew = 24 * time.Hour

// clockOf is what an answer's Date says the platform's clock is ahead of ours.
func (c *Client) clockOf(h http.Header) (time.Duration, bool) {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0, false
	}
	return date.Sub(c.clock()), true
}

// heardNow is the time by the platform's clock, as its last answer said it: what
// that says is to be in an hour, is an hour from then.
func (c *Client) heardNow() time.Time { return c.clock().Add(time.Duration(c.heard.Load())) }

// hearClock notes the platform's clock, for what its answers and callbacks say of
// times. A date that is more than a day off is none.
func (c *Client) hearClock(h http.Header) {
	if skew, ok := c.clockOf(h); ok && skew.Abs() <= maxSkew {
		c.heard.Store(int64(skew))
	}
}

// learnClock takes the platform's clock from an answer that called ours wrong.
func (c *Client) learnClock(h http.Header) {
	skew, ok := c.clockOf(h)
	if !ok {
		return
	}
	if skew.Abs() > maxSkew {
		c.log.Error("platform clock is more than a day off", "skew", skew)
		return
	}
	c.skew.Store(int64(skew))
	c.log.Warn("platform clock differs from ours", "skew", skew)
}
