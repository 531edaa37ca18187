package workers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"jianding/schemas"
)

// queue is asynq, used as an accelerator that may forget. What it must not be
// trusted with:
//   - A TaskID that exists in any state is refused, also when its task is
//     archived or was taken by a process that died. The id therefore carries
//     the attempt, archived leftovers are deleted, and stuck ones get a suffix.
//   - A handler may run twice; the lease in the ledger decides.
//   - ServeMux falls back to prefixes; each pattern checks the whole type.
//   - Retries are the ledger's: MaxRetry 0, and handlers return nil.
type queue struct {
	w         *Workers
	redis     redis.UniversalClient
	client    *asynq.Client
	inspector *asynq.Inspector
	servers   []*asynq.Server
	now       func() time.Time // monotonic: how long a task has been in the queue

	mu   sync.Mutex
	sent map[string]sentTask
}

// sentTask is what this process remembers of a task: a hint only.
type sentTask struct {
	first time.Time // monotonic
	last  time.Time
	n     int // suffix of the last replacement
	lost  int // times that it was gone when it was looked for
}

// placed is how an obligation stands with the queue.
type placed int

const (
	waiting   placed = iota // handed over
	overdue                 // handed over long ago
	forgotten               // handed over more than once, and lost
)

const (
	// recheck is how long a task that was sent is taken to be in the queue;
	// after it the queue is asked again, and has perhaps forgotten.
	recheck = 2 * time.Second
	// overdueInQueue is how long a critical task may stay unworked before the
	// sweep does it itself.
	overdueInQueue = 3 * time.Second
	askTime        = time.Second // how long the queue may take to answer
)

var errQueueSilent = errors.New("the queue does not answer")

func newQueue(w *Workers) (*queue, error) {
	rc, ok := w.Redis.MakeRedisClient().(redis.UniversalClient)
	if !ok {
		return nil, schemas.Errorf(schemas.KindInvalid, "redis_options", "unknown redis client %T", w.Redis)
	}
	return &queue{w: w, redis: rc, client: asynq.NewClientFromRedisClient(rc), inspector: asynq.NewInspectorFromRedisClient(rc),
		now: time.Now, sent: map[string]sentTask{}}, nil
}

// start starts one server for each lane.
func (q *queue) start(ctx context.Context) error {
	for _, l := range lanes() {
		s := asynq.NewServerFromRedisClient(q.redis, asynq.Config{
			Concurrency:       q.w.concurrency(l),
			Queues:            map[string]int{string(l): 1},
			BaseContext:       func() context.Context { return ctx },
			TaskCheckInterval: 100 * time.Millisecond,
			ShutdownTimeout:   8 * time.Second,
			Logger:            asynqLogger{q.w.log.With("queue", string(l))},
			LogLevel:          asynq.WarnLevel,
		})
		if err := s.Start(q.mux(l)); err != nil {
			q.stop()
			return fmt.Errorf("asynq server %s: %w", l, err)
		}
		q.servers = append(q.servers, s)
	}
	return nil
}

func (q *queue) stop() {
	var all sync.WaitGroup
	for _, s := range q.servers {
		all.Go(s.Shutdown)
	}
	all.Wait()
	q.servers = nil
	if err := q.redis.Close(); err != nil {
		q.w.log.Warn("redis not closed", "error", err)
	}
}

// mux serves every kind in every lane: the ledger's row says what is to be
// done, the type of the task only finds the way here.
func (q *queue) mux(l lane) *asynq.ServeMux {
	mux := asynq.NewServeMux()
	for _, k := range allKinds() {
		mux.HandleFunc(string(k), func(ctx context.Context, t *asynq.Task) error {
			if t.Type() != string(k) {
				// A longer type that only begins like ours. Archiving it is
				// harmless: whoever knows it deletes the leftover.
				return fmt.Errorf("task type %q: %w", t.Type(), asynq.SkipRetry)
			}
			q.w.execute(ctx, string(t.Payload()), l)
			return nil
		})
	}
	return mux
}

// alive asks the queue for a sign of life, within askTime whatever the
// client's own time-outs are.
func (q *queue) alive(ctx context.Context) bool {
	err := within(ctx, func(ctx context.Context) error { return q.redis.Ping(ctx).Err() })
	return err == nil
}

// within runs a call to the queue that may hang longer than we can wait.
func within(ctx context.Context, call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	res := make(chan error, 1)
	go func() { res <- call(ctx) }()
	select {
	case err := <-res:
		return err
	case <-ctx.Done():
		return errQueueSilent
	}
}

// put hands an obligation to the queue, unless it was handed over a moment
// ago, and says how it stands. An error means that the queue is down.
func (q *queue) put(ctx context.Context, o schemas.Obligation) (placed, error) {
	l := laneOf(o)
	id := fmt.Sprintf("%s:%d", o.ID, o.Attempt)
	now := q.now()
	key := string(l) + "/" + id

	q.mu.Lock()
	s, known := q.sent[key]
	if !known {
		s.first = now
	}
	fresh := known && now.Sub(s.last) < recheck
	if !fresh {
		s.last = now
		q.sent[key] = s
	}
	q.mu.Unlock()
	how := waiting
	if now.Sub(s.first) > overdueInQueue {
		how = overdue
	}
	if fresh {
		return how, nil
	}
	err := q.enqueue(ctx, o, l, id)
	if errors.Is(err, asynq.ErrTaskIDConflict) {
		q.w.metrics.enqueued.WithLabelValues(string(l), "there").Inc()
		return how, q.unstick(ctx, o, l, id, key)
	}
	if err == nil && known {
		// It was there and is not, and nobody worked on it.
		q.mu.Lock()
		s = q.sent[key]
		s.lost++
		q.sent[key] = s
		q.mu.Unlock()
		if s.lost > 1 {
			how = forgotten
		}
	}
	return how, err
}

func (q *queue) enqueue(ctx context.Context, o schemas.Obligation, l lane, id string) error {
	err := within(ctx, func(ctx context.Context) error {
		_, err := q.client.EnqueueContext(ctx, asynq.NewTask(string(o.Kind), []byte(o.ID)),
			asynq.TaskID(id), asynq.Queue(string(l)), asynq.MaxRetry(0), asynq.Retention(0),
			asynq.Timeout(q.w.handlers[o.Kind].limit+time.Minute))
		return err
	})
	if err == nil {
		q.w.metrics.enqueued.WithLabelValues(string(l), "ok").Inc()
	}
	return err
}

// unstick looks at a task whose id is taken although nobody works on the
// obligation. Waiting is fine. Archived or completed is a leftover that would
// block the id for months: it goes. Active means that a process took it and
// never came to the lease: it died, or is about to; the task is put again
// under another id, and the lease decides if both come.
func (q *queue) unstick(ctx context.Context, o schemas.Obligation, l lane, id, key string) error {
	info, err := q.look(ctx, l, id)
	if errors.Is(err, asynq.ErrQueueNotFound) {
		if err = q.announce(ctx, l); err == nil {
			info, err = q.look(ctx, l, id)
		}
	}
	switch {
	case errors.Is(err, asynq.ErrTaskNotFound), errors.Is(err, asynq.ErrQueueNotFound):
		return nil // gone meanwhile: the next sweep puts it
	case err != nil:
		return err
	}
	switch info.State {
	case asynq.TaskStateArchived, asynq.TaskStateCompleted:
		err := within(ctx, func(context.Context) error { return q.inspector.DeleteTask(string(l), id) })
		if err != nil && !errors.Is(err, asynq.ErrTaskNotFound) {
			return err
		}
		return q.enqueue(ctx, o, l, id)
	case asynq.TaskStateActive:
		q.mu.Lock()
		s := q.sent[key]
		s.n++
		q.sent[key] = s
		q.mu.Unlock()
		err := q.enqueue(ctx, o, l, fmt.Sprintf("%s:again%d", id, s.n))
		if errors.Is(err, asynq.ErrTaskIDConflict) {
			return nil
		}
		return err
	}
	return nil
}

func (q *queue) look(ctx context.Context, l lane, id string) (info *asynq.TaskInfo, err error) {
	err = within(ctx, func(context.Context) (err error) { info, err = q.inspector.GetTaskInfo(string(l), id); return err })
	return info, err
}

// announce puts a lane on asynq's list of queues again. The client does so
// once in its life; after Redis was emptied the inspector would deny every
// task of the lane, and a leftover would block its obligation for good.
func (q *queue) announce(ctx context.Context, l lane) error {
	return within(ctx, func(ctx context.Context) error { return q.redis.SAdd(ctx, asynqQueues, string(l)).Err() })
}

// asynqQueues is asynq's own key (internal/base.AllQueues).
const asynqQueues = "asynq:queues"

// forget drops what was remembered: all of it when the queue may have lost
// its data, else what is too old to matter.
func (q *queue) forget(all bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for k, s := range q.sent {
		if all || q.now().Sub(s.last) > 10*time.Minute {
			delete(q.sent, k)
		}
	}
}

type asynqLogger struct{ log *slog.Logger }

func (a asynqLogger) Debug(args ...any) { a.log.Debug("asynq", "message", fmt.Sprint(args...)) }
func (a asynqLogger) Info(args ...any)  { a.log.Info("asynq", "message", fmt.Sprint(args...)) }
func (a asynqLogger) Warn(args ...any)  { a.log.Warn("asynq", "message", fmt.Sprint(args...)) }
func (a asynqLogger) Error(args ...any) { a.log.Error("asynq", "message", fmt.Sprint(args...)) }

// Fatal must not end the process: the ledger and the sweep go on without the
// queue.
func (a asynqLogger) Fatal(args ...any) { a.log.Error("asynq", "message", fmt.Sprint(args...)) }
