using System.Globalization;

using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace RetailOps.Host;

/// <summary>Where this process logs: for people to stderr, for machines to <c>logs/</c> in the data folder.</summary>
internal static class HostLog
{
    public static Logger Make(string dataFolder) => new LoggerConfiguration()
        .MinimumLevel.Information()
        .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
        .MinimumLevel.Override("System", LogEventLevel.Warning)
        .MinimumLevel.Override("Hangfire", LogEventLevel.Warning)
        .MinimumLevel.Override("Microsoft.Extensions.Diagnostics.HealthChecks", LogEventLevel.Fatal) // told by /health, at each probe
        .WriteTo.Console(new OneLineFormatter(), standardErrorFromLevel: LogEventLevel.Verbose)
        .WriteTo.File(
            new RenderedCompactJsonFormatter(), Path.Combine(dataFolder, "logs", "retailops-.json"), rollingInterval: RollingInterval.Day,
            fileSizeLimitBytes: 100_000_000, rollOnFileSizeLimit: true, retainedFileCountLimit: 14, shared: true)
        .CreateLogger();

    /// <summary>One line for a request that somebody should look at; what went well is told by traces and metrics.</summary>
    public static void UseRequestLog(this WebApplication app) => app.UseSerilogRequestLogging(o =>
    {
        o.Logger = app.Services.GetRequiredService<Serilog.ILogger>();
        o.MessageTemplate = "{RequestMethod} {RequestPath} answered {StatusCode} in {Elapsed:0} ms";
        o.GetLevel = (http, elapsed, _) => http.Response.StatusCode >= 400 || elapsed > 1000 ? LogEventLevel.Information : LogEventLevel.Debug;
        o.GetMessageTemplateProperties = (http, path, elapsed, status) =>
        [
            new("RequestMethod", new ScalarValue(http.Request.Method)),
            new("RequestPath", new ScalarValue(path)),
            new("StatusCode", new ScalarValue(status)),
            new("Elapsed", new ScalarValue(elapsed)),
        ];
    });

    internal static string Level(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose or LogEventLevel.Debug => "DBG",
        LogEventLevel.Information => "INF",
        LogEventLevel.Warning => "WRN",
        _ => "ERR",
    };

    internal static string Clock(DateTimeOffset moment) => moment.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
}
