using System.Text.RegularExpressions;

using FluentValidation;

using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

internal sealed partial class PutSourceValidator : AbstractValidator<PutSource>
{
    public PutSourceValidator()
    {
        RuleFor(r => r.Name).Must(n => n is not null && Word().IsMatch(n)).WithErrorCode("integration.source").WithMessage("1 to 64 small letters, digits and hyphens.");
        RuleFor(r => r.Adapter).Must(a => a is not null && InboundAdapters.All.ContainsKey(a)).WithErrorCode("integration.adapter").WithMessage($"One of {string.Join(", ", InboundAdapters.All.Keys)}.");
        RuleFor(r => r.Channel).Must((r, c) => c is null ? r.Adapter != ShopifyAdapter.Named : Text.HasLength(c, 64) && !c.Any(char.IsControl))
            .WithErrorCode("integration.channel").WithMessage("1 to 64 visible characters; a source that speaks Shopify's needs one.");
        RuleFor(r => r.Mapping).Must((r, m) => m is null ? r.Adapter != GenericAdapter.Named : Word().IsMatch(m))
            .WithErrorCode("integration.mapping").WithMessage("The name of an inbound-mapping; a generic source needs one.");
        RuleFor(r => r.Secret).NotNull().WithErrorCode("integration.secret");
    }

    [GeneratedRegex("^[a-z0-9-]{1,64}$")]
    private static partial Regex Word();
}

internal sealed class PutSourceHandler(UnitOfWork work) : IRequestHandler<PutSource, Result<SourceView>>
{
    public async Task<Result<SourceView>> Handle(PutSource request, CancellationToken ct)
    {
        var sources = (await work.Join<IntegrationDbContext>(ct)).Set<Source>();
        var source = await sources.FindAsync([request.Name], ct);
        if (source is not null && source.Adapter != request.Adapter)
        {
            return Refusal.Conflict("integration.adapter-fixed", $"{source.Name} speaks as {source.Adapter}; another way of speaking is another source.");
        }

        if (source is null)
        {
            source = Source.Add(request.Name, request.Adapter, request.Secret);
            sources.Add(source);
        }

        if (source.Describe(request.Channel, request.Mapping, request.Enabled, work.Now))
        {
            work.Raise(source, source.Changed(work.Now));
        }

        return source.ToView();
    }
}

internal sealed class RotateSourceSecretValidator : AbstractValidator<RotateSourceSecret>
{
    public RotateSourceSecretValidator()
    {
        RuleFor(r => r.Name).NotEmpty().WithErrorCode("integration.source");
        RuleFor(r => r.Secret).NotNull().WithErrorCode("integration.secret").WithMessage("8 to 512 characters; for EasyPost ASCII only, for Standard Webhooks whsec_ and 24 to 64 bytes in base64.");
    }
}

internal sealed class RotateSourceSecretHandler(UnitOfWork work) : IRequestHandler<RotateSourceSecret, Result<SourceView>>
{
    public async Task<Result<SourceView>> Handle(RotateSourceSecret request, CancellationToken ct)
    {
        if (await (await work.Join<IntegrationDbContext>(ct)).Set<Source>().FindAsync([request.Name], ct) is not { } source)
        {
            return Refusal.NotFound("integration.source-unknown", "There is no such source.");
        }

        source.Rotate(request.Secret, request.EndOthers, work.Now);
        work.Raise(source, source.Changed(work.Now));
        return source.ToView();
    }
}

internal sealed class GetSourceHandler(UnitOfWork work) : IRequestHandler<GetSource, Result<SourceView>>
{
    public async Task<Result<SourceView>> Handle(GetSource request, CancellationToken ct) =>
        await (await work.Join<IntegrationDbContext>(ct)).Set<Source>().AsNoTracking().SingleOrDefaultAsync(s => s.Name == request.Name, ct) is { } source
            ? source.ToView()
            : Refusal.NotFound("integration.source-unknown", "There is no such source.");
}

internal sealed class ListSourcesValidator : AbstractValidator<ListSources>
{
    public ListSourcesValidator() => RuleFor(r => r.Limit).InclusiveBetween(1, Paging.Most + 1).WithErrorCode("integration.limit");
}

internal sealed class ListSourcesHandler(UnitOfWork work) : IRequestHandler<ListSources, Result<IReadOnlyList<SourceView>>>
{
    public async Task<Result<IReadOnlyList<SourceView>>> Handle(ListSources request, CancellationToken ct)
    {
        var sources = (await work.Join<IntegrationDbContext>(ct)).Set<Source>().AsNoTracking();
        if (request.After is { } after)
        {
            sources = sources.Where(s => string.Compare(s.Name, after) > 0);
        }

        return (await sources.OrderBy(s => s.Name).Take(request.Limit).ToListAsync(ct)).ConvertAll(s => s.ToView());
    }
}
