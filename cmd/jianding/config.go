package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"jianding/intake/signature"
	"jianding/integrations/notify"
	"jianding/schemas"
	"jianding/workers/ladder"
)

// config is the one configuration file. Every default works; unknown keys are
// refused; all problems are listed together. A secret may be written
// "file:PATH" or "env:NAME" instead of its value.
type config struct {
	Listen    string `yaml:"listen"`
	PublicURL string `yaml:"public_url"` // how people and systems reach us; for links
	DataDir   string `yaml:"data_dir"`   // keys, spool, cache; and everything embedded

	Database   databaseConfig           `yaml:"database"`
	Redis      redisConfig              `yaml:"redis"`
	Originals  originalsConfig          `yaml:"originals"`
	Intake     intakeConfig             `yaml:"intake"`
	Assessment assessmentConfig         `yaml:"assessment"`
	Signature  signatureConfig          `yaml:"signature"`
	OCR        ocrConfig                `yaml:"ocr"`
	Platform   platformConfig           `yaml:"platform"`
	Channels   map[string]notify.Config `yaml:"channels"`
	Ladder     ladder.Policy            `yaml:"ladder"`
	Heartbeat  heartbeatConfig          `yaml:"heartbeat"`
	Review     reviewConfig             `yaml:"review"`
	Workers    workersConfig            `yaml:"workers"`
	Log        logConfig                `yaml:"log"`

	// TrustDir is imported into the register at start when the register is
	// empty; afterwards the register is authoritative.
	TrustDir string `yaml:"trust_dir"`
	// LinkSecret signs one-time links; made and kept in DataDir when empty.
	// Several machines must share it.
	LinkSecret schemas.Secret `yaml:"link_secret"`
}

type databaseConfig struct {
	Driver string         `yaml:"driver"` // sqlite (default) or postgres
	DSN    schemas.Secret `yaml:"dsn"`    // file or connection string
}

type redisConfig struct {
	// Embedded runs the queue inside the process: it may forget, the ledger
	// does not. Not for more than one machine.
	Embedded   bool           `yaml:"embedded"`
	Addr       string         `yaml:"addr"`
	Username   string         `yaml:"username"`
	Password   schemas.Secret `yaml:"password"`
	DB         int            `yaml:"db"`
	TLS        bool           `yaml:"tls"`
	MasterName string         `yaml:"master_name"` // Sentinel
	Sentinels  []string       `yaml:"sentinels"`
	Cluster    []string       `yaml:"cluster"`
}

type originalsConfig struct {
	Dir string    `yaml:"dir"` // default DataDir/originals
	S3  *s3Config `yaml:"s3"`
}

type s3Config struct {
	Endpoint  string         `yaml:"endpoint"`
	Region    string         `yaml:"region"`
	Bucket    string         `yaml:"bucket"`
	Prefix    string         `yaml:"prefix"`
	AccessKey string         `yaml:"access_key"`
	SecretKey schemas.Secret `yaml:"secret_key"`
	TLS       bool           `yaml:"tls"`
	CAFile    string         `yaml:"ca_file"`
	// Retention is how long object lock keeps an original (governance is never
	// asked for: compliance mode or none). Zero takes the bucket's default rule,
	// or a legal hold where a bucket with object lock has none.
	Retention time.Duration `yaml:"retention"`
}

type intakeConfig struct {
	MaxBytes int64 `yaml:"max_bytes"` // of one report; default 200 MB
	// TrustedProxies are addresses or networks whose X-Forwarded-For is
	// believed, for the throttle of sign-ins.
	TrustedProxies []string `yaml:"trusted_proxies"`
}

// proxies returns the networks; what is none of them is left out and listed
// by problems.
func (c intakeConfig) proxies() (nets []netip.Prefix, bad []string) {
	for _, s := range c.TrustedProxies {
		if p, err := netip.ParsePrefix(s); err == nil {
			nets = append(nets, p.Masked())
		} else if a, err := netip.ParseAddr(s); err == nil {
			nets = append(nets, netip.PrefixFrom(a, a.BitLen()))
		} else {
			bad = append(bad, s)
		}
	}
	return nets, bad
}

type assessmentConfig struct {
	Processes int           `yaml:"processes"` // reports looked at at once; default the number of cores
	MemoryMB  int           `yaml:"memory_mb"` // of one child; default 1024
	Timeout   time.Duration `yaml:"timeout"`   // of one report; default 60s
	// CacheDir keeps the compiled PDFium; default below the user's cache directory.
	CacheDir string `yaml:"cache_dir"`
}

// signatureConfig is what a district may decide about signatures; see
// signature.Policy for what each means. None makes a changed report valid.
type signatureConfig struct {
	// Revocation says what a certificate without valid revocation data does to
	// a report: review (default), accept (said as a note) or refuse.
	Revocation      string `yaml:"revocation"`
	RequirePerson   bool   `yaml:"require_person"`   // an appraiser must have signed besides the agency
	AllowRestricted bool   `yaml:"allow_restricted"` // old encryption that forbids signing
	// Weaknesses that are taken, and said: SHA-1, formats bound to it, SM2
	// without the default identity.
	AllowSHA1         bool `yaml:"allow_sha1"`
	AllowLegacy       bool `yaml:"allow_legacy"`
	AllowSM2WithoutID bool `yaml:"allow_sm2_without_id"`
}

func (c signatureConfig) policy() *signature.Policy {
	p := signature.DefaultPolicy()
	p.RequireRevocation, p.AcceptUnknownRevocation = c.Revocation == "refuse", c.Revocation == "accept"
	p.RequirePerson, p.AllowRestricted = c.RequirePerson, c.AllowRestricted
	p.AllowSHA1, p.AllowLegacy, p.AllowSM2WithoutID = c.AllowSHA1, c.AllowLegacy, c.AllowSM2WithoutID
	if p != signature.DefaultPolicy() {
		p.Name += "+local" // verdicts name the policy that made them
	}
	return &p
}

type platformConfig struct {
	// Profile is a shipped profile's name or a file.
	Profile string `yaml:"profile"`
	BaseURL string `yaml:"base_url"` // overrides the profile's
	// Manual says that there is no API to use: people file by export package
	// and enter the platform's receipt.
	Manual bool `yaml:"manual"`

	AppID          string         `yaml:"app_id"`
	Secret         schemas.Secret `yaml:"secret"`          // of HMAC requests
	PrivateKey     schemas.Secret `yaml:"private_key"`     // PEM, of SM2 requests
	CallbackSecret schemas.Secret `yaml:"callback_secret"` // default: secret
	PlatformKey    schemas.Secret `yaml:"platform_key"`    // PEM, public; verifies SM2 callbacks
}

type heartbeatConfig struct {
	URL     string        `yaml:"url"` // an outside monitor that alarms when it hears nothing
	Every   time.Duration `yaml:"every"`
	Contact string        `yaml:"contact"`  // of the ladder: gets a daily message
	DailyAt string        `yaml:"daily_at"` // "09:00", Asia/Shanghai
}

type reviewConfig struct {
	Limit time.Duration `yaml:"limit"` // default 24h
	// SecondPerson asks for a second officer to downgrade or dismiss a case.
	SecondPerson bool `yaml:"second_person"`
}

type workersConfig struct {
	Critical   int           `yaml:"critical"`   // ladder ticks at once; default 16
	Notify     int           `yaml:"notify"`     // messages at once; default 32
	Background int           `yaml:"background"` // filings and the like at once; default 8
	Sweep      time.Duration `yaml:"sweep"`      // default 1s
}

type logConfig struct {
	Level  string `yaml:"level"`  // debug, info (default), warn, error
	Format string `yaml:"format"` // json, text; default text on a terminal
}

// processes is how many reports are looked at at once.
func (c config) processes() int {
	if c.Assessment.Processes > 0 {
		return c.Assessment.Processes
	}
	return runtime.NumCPU()
}

func defaultConfig() config {
	return config{
		Listen: "127.0.0.1:8080", DataDir: "jianding-data",
		Database:   databaseConfig{Driver: "sqlite"},
		Redis:      redisConfig{Embedded: true},
		Intake:     intakeConfig{MaxBytes: 200 << 20},
		Assessment: assessmentConfig{MemoryMB: 1024, Timeout: 60 * time.Second},
		Platform:   platformConfig{Profile: "reference-hmac-sha256", Manual: true},
		Heartbeat:  heartbeatConfig{Every: time.Minute},
		Review:     reviewConfig{Limit: 24 * time.Hour},
		Workers:    workersConfig{Sweep: time.Second},
		Log:        logConfig{Level: "info"},
	}
}

// loadConfig reads a configuration file over the defaults; without a file the
// defaults stand. The result is resolved and validated.
func loadConfig(file string) (config, error) {
	c := defaultConfig()
	var problems []schemas.Problem
	if file != "" {
		raw, err := os.ReadFile(file)
		if err != nil {
			return c, &schemas.Error{Kind: schemas.KindInvalid, Code: "config_unreadable", Message: "配置文件无法读取", Err: err}
		}
		if problems, err = decodeStrict(raw, &c); err != nil {
			return c, err
		}
	}
	problems = append(problems, resolveSecrets(reflect.ValueOf(&c).Elem(), "", filepath.Dir(file))...)
	problems = append(problems, c.problems()...)
	if problems != nil {
		return c, &schemas.Error{Kind: schemas.KindInvalid, Code: "config_invalid", Message: "配置有误", Problems: problems}
	}
	return c, nil
}

// decodeStrict fills c and returns every unknown key, not only the first. What
// cannot be decoded at all is an error: nothing can be said of its values.
func decodeStrict(raw []byte, c *config) ([]schemas.Problem, error) {
	var tree map[string]any
	if err := yaml.Unmarshal(raw, &tree); err != nil {
		return nil, &schemas.Error{Kind: schemas.KindInvalid, Code: "config_syntax", Message: "配置文件不是正确的 YAML", Err: errors.New(yaml.FormatError(err, false, true))}
	}
	problems := unknownKeys(tree, reflect.TypeOf(*c), "")
	if err := yaml.NewDecoder(bytes.NewReader(raw)).Decode(c); err != nil && !errors.Is(err, io.EOF) {
		problems = append(problems, schemas.Problem{Field: "", Code: "config_value", Message: yaml.FormatError(err, false, true)})
		return nil, &schemas.Error{Kind: schemas.KindInvalid, Code: "config_invalid", Message: "配置有误", Problems: problems}
	}
	return problems, nil
}

// unknownKeys walks the file beside the type and names every key that the
// type does not have.
func unknownKeys(tree map[string]any, t reflect.Type, at string) (problems []schemas.Problem) {
	fields := map[string]reflect.Type{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "-" {
			continue
		}
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		fields[name] = f.Type
	}
	for key, value := range tree {
		path := strings.TrimPrefix(at+"."+key, ".")
		ft, ok := fields[key]
		if !ok {
			problems = append(problems, schemas.Problem{Field: path, Code: "unknown_key", Message: "没有这个配置项"})
			continue
		}
		problems = append(problems, unknownIn(value, ft, path)...)
	}
	sortProblems(problems)
	return problems
}

func unknownIn(value any, t reflect.Type, at string) []schemas.Problem {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	var problems []schemas.Problem
	switch v := value.(type) {
	case map[string]any:
		switch {
		case t.Kind() == reflect.Struct && !hasOwnDecoder(t):
			return unknownKeys(v, t, at)
		case t.Kind() == reflect.Map:
			for key, inner := range v {
				problems = append(problems, unknownIn(inner, t.Elem(), at+"."+key)...)
			}
		}
	case []any:
		if t.Kind() == reflect.Slice {
			for i, inner := range v {
				problems = append(problems, unknownIn(inner, t.Elem(), fmt.Sprintf("%s[%d]", at, i))...)
			}
		}
	}
	return problems
}

func hasOwnDecoder(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	_, text := p.MethodByName("UnmarshalText")
	_, yml := p.MethodByName("UnmarshalYAML")
	return text || yml
}

var secretType = reflect.TypeOf(schemas.Secret(""))

// resolveSecrets replaces "file:" and "env:" secrets by their values.
func resolveSecrets(v reflect.Value, at, dir string) (problems []schemas.Problem) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return resolveSecrets(v.Elem(), at, dir)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
				problems = append(problems, resolveSecrets(v.Field(i), strings.TrimPrefix(at+"."+name, "."), dir)...)
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			inner := reflect.New(v.Type().Elem()).Elem()
			inner.Set(v.MapIndex(key))
			problems = append(problems, resolveSecrets(inner, at+"."+fmt.Sprint(key), dir)...)
			v.SetMapIndex(key, inner)
		}
	case reflect.String:
		if v.Type() == secretType {
			s, err := resolveSecret(v.Interface().(schemas.Secret).Reveal(), dir)
			if err != nil {
				return []schemas.Problem{{Field: at, Code: "secret_unavailable", Message: err.Error()}}
			}
			v.SetString(s)
		}
	}
	return problems
}

func resolveSecret(s, dir string) (string, error) {
	if name, ok := strings.CutPrefix(s, "env:"); ok {
		v, set := os.LookupEnv(name)
		if !set {
			return "", fmt.Errorf("环境变量 %s 未设置", name)
		}
		return v, nil
	}
	if name, ok := strings.CutPrefix(s, "file:"); ok {
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		return strings.TrimRight(string(b), "\r\n"), nil
	}
	return s, nil
}
