using System.Text.RegularExpressions;

using FluentValidation;

using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

internal sealed partial class CreateSourceValidator : AbstractValidator<CreateSource>
{
    public CreateSourceValidator()
    {
        RuleFor(r => r.Name).Must(n => n is not null && Word().IsMatch(n)).WithErrorCode("integration.source").WithMessage("1 to 64 small letters, digits and hyphens.");
        RuleFor(r => r.Adapter).Must(a => a is not null && InboundAdapters.All.ContainsKey(a)).WithErrorCode("integration.adapter").WithMessage($"One of {string.Join(", ", InboundAdapters.All.Keys)}.");
        RuleFor(r => r.Channel).Must(IsChannel).WithErrorCode("integration.channel").WithMessage("1 to 64 visible characters.");
        RuleFor(r => r.Mapping).Must(IsMapping).WithErrorCode("integration.mapping").WithMessage("The name of an inbound-mapping: 1 to 64 small letters, digits and hyphens.");
        RuleFor(r => r.Secret).NotNull().WithErrorCode("integration.secret").WithMessage(SourceLaw.Secrets);
    }

    public static bool IsChannel(string? channel) => channel is null || (Text.HasLength(channel, 64) && !channel.Any(char.IsControl));

    public static bool IsMapping(string? mapping) => mapping is null || Word().IsMatch(mapping);

    [GeneratedRegex("^[a-z0-9-]{1,64}$")]
    private static partial Regex Word();
}

/// <summary>What holds of every source.</summary>
internal static class SourceLaw
{
    public const string Secrets = "8 to 512 characters; for EasyPost ASCII only, for Standard Webhooks whsec_ and 24 to 64 bytes in base64.";

    public static Refusal? Against(string adapter, string? channel, string? mapping) => (adapter, channel, mapping) is (ShopifyAdapter.Named, null, _) or (GenericAdapter.Named, _, null)
        ? Refusal.Rule("integration.source-terms", "A source that speaks as shopify needs its channel, a generic one the name of its mapping.")
        : null;
}

internal sealed class CreateSourceHandler(UnitOfWork work) : IRequestHandler<CreateSource, Result<SourceView>>
{
    public async Task<Result<SourceView>> Handle(CreateSource request, CancellationToken ct)
    {
        if (SourceLaw.Against(request.Adapter, request.Channel, request.Mapping) is { } refusal)
        {
            return refusal;
        }

        var sources = (await work.Join<IntegrationDbContext>(ct)).Set<Source>();
        if (await sources.FindAsync([request.Name], ct) is not null)
        {
            return Refusal.Conflict("integration.source-exists", "There is a source of this name; change that one, or take another name.");
        }

        var source = Source.Add(request.Name, request.Adapter, request.Secret);
        source.Describe(request.Channel, request.Mapping, request.Enabled, work.Now);
        sources.Add(source);
        work.Raise(source, source.Changed(work.Now));
        return source.ToView();
    }
}

internal sealed class ChangeSourceValidator : AbstractValidator<ChangeSource>
{
    public ChangeSourceValidator()
    {
        RuleFor(r => r.Name).NotEmpty().WithErrorCode("integration.source");
        RuleFor(r => r.Channel).Must(CreateSourceValidator.IsChannel).WithErrorCode("integration.channel").WithMessage("1 to 64 visible characters.");
        RuleFor(r => r.Mapping).Must(CreateSourceValidator.IsMapping).WithErrorCode("integration.mapping").WithMessage("The name of an inbound-mapping: 1 to 64 small letters, digits and hyphens.");
    }
}

internal sealed class ChangeSourceHandler(UnitOfWork work) : IRequestHandler<ChangeSource, Result<SourceView>>
{
    public async Task<Result<SourceView>> Handle(ChangeSource request, CancellationToken ct)
    {
        if (await (await work.Join<IntegrationDbContext>(ct)).Set<Source>().FindAsync([request.Name], ct) is not { } source)
        {
            return Refusal.NotFound("integration.source-unknown", "There is no such source.");
        }

        if (source.Revision != request.Revision)
        {
            return Revision.StaleRefusal();
        }

        if (SourceLaw.Against(source.Adapter, request.Channel, request.Mapping) is { } refusal)
        {
            return refusal;
        }

        source.Describe(request.Channel, request.Mapping, request.Enabled, work.Now);
        work.Raise(source, source.Changed(work.Now));
        return source.ToView();
    }
}

internal sealed class RotateSourceSecretValidator : AbstractValidator<RotateSourceSecret>
{
    public RotateSourceSecretValidator()
    {
        RuleFor(r => r.Name).NotEmpty().WithErrorCode("integration.source");
        RuleFor(r => r.Secret).NotNull().WithErrorCode("integration.secret").WithMessage(SourceLaw.Secrets);
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
