using System.Text.Json;
using System.Text.RegularExpressions;

using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary>
/// The files of Elsa Studio as its package has them, byte for byte: the runtime compares their hashes. Only names that were found at the
/// start are served, so no path leads out of the folder.
/// </summary>
internal sealed partial class StudioFiles
{
    /// <summary>Where they are served. It is also the base of the pages, and their paths begin with it: the runtime starts nowhere else.</summary>
    public const string Base = "/designer/";

    private static readonly string Package = Path.Combine("tools", "studio", "node_modules", "@elsa-workflows", "elsa-studio-wasm");

    // Not served: a page that names an element there is none of, and what concerns npm.
    private static readonly string[] Left = ["index.html", "package.json"];

    private static readonly FileExtensionContentTypeProvider Types = new()
    {
        Mappings = { [".dat"] = "application/octet-stream", [".map"] = "application/json", [".cur"] = "image/x-icon", [".scss"] = "text/plain", [".webmanifest"] = "application/manifest+json" },
    };

    private readonly Dictionary<string, StudioFile> files = new(StringComparer.Ordinal);
    private readonly string version = "";

    /// <param name="folder">The package's; null when it was not fetched.</param>
    public StudioFiles(string? folder)
    {
        if (folder is null)
        {
            return;
        }

        using var package = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "package.json")));
        version = package.RootElement.GetProperty("version").GetString()!;
        var all = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/')).ToHashSet(StringComparer.Ordinal);
        foreach (var name in all.Where(n => !Left.Contains(n) && Path.GetExtension(n) is not (".br" or ".gz")))
        {
            files[name] = new(
                Path.Combine(folder, name), Types.TryGetContentType(name, out var type) ? type : "application/octet-stream", Fingerprint().IsMatch(name),
                all.Contains(name + ".br"), all.Contains(name + ".gz"));
        }
    }

    /// <summary>Whether there is anything to serve.</summary>
    public bool AreHere => files.Count > 0;

    /// <summary>The package of this repository, sought from the program's folder upwards, as <c>./run</c> and <c>./test</c> fetch it.</summary>
    public static StudioFiles Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var found = Path.Combine(folder.FullName, Package);
            if (File.Exists(Path.Combine(found, "package.json")))
            {
                return new(found);
            }
        }

        return new(null);
    }

    /// <summary>Anybody may have them: they are public, and what they show comes from the API.</summary>
    public void Map(IEndpointRouteBuilder app, ContentPolicy policy) =>
        app.MapMethods(Base + "{**name}", [HttpMethods.Get, HttpMethods.Head], Serve).WithMetadata(policy).ExcludeFromDescription();

    private IResult Serve(string? name, HttpRequest request, HttpResponse response)
    {
        if (!files.TryGetValue(name ?? "", out var file))
        {
            return TypedResults.NotFound();
        }

        var encoding = file.EncodingFor(request);
        response.Headers.CacheControl = file.IsFingerprinted ? "public, max-age=31536000, immutable" : "no-cache";
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (encoding is not null)
        {
            response.Headers.ContentEncoding = encoding;
        }

        return TypedResults.PhysicalFile(
            file.Path + encoding switch { "br" => ".br", "gzip" => ".gz", _ => "" }, file.ContentType,
            entityTag: new EntityTagHeaderValue($"\"{version}{(encoding is null ? "" : $"-{encoding}")}\""));
    }

    [GeneratedRegex(@"\.[a-z0-9]{10}\.(wasm|js|dat|bundle\.scp\.css)$")]
    private static partial Regex Fingerprint();

    private sealed record StudioFile(string Path, string ContentType, bool IsFingerprinted, bool HasBrotli, bool HasGzip)
    {
        public string? EncodingFor(HttpRequest request)
        {
            var taken = request.GetTypedHeaders().AcceptEncoding.Where(e => e.Quality is not 0).Select(e => e.Value.ToString()).ToList();
            return HasBrotli && taken.Contains("br", StringComparer.OrdinalIgnoreCase) ? "br" : HasGzip && taken.Contains("gzip", StringComparer.OrdinalIgnoreCase) ? "gzip" : null;
        }
    }
}
