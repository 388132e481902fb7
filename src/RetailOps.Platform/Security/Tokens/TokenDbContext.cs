using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

using OpenIddict.EntityFrameworkCore.Models;

namespace RetailOps.Platform;

/// <summary>What the OAuth server keeps. Clients are only read here: administrators write them through the API, see <see cref="ClientRow"/>.</summary>
internal sealed class TokenDbContext(DbContextOptions<TokenDbContext> options, Database database) : DbContext(options)
{
    public DbSet<Client> Clients => Set<Client>();

    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => optionsBuilder.UseNpgsql(database.Requests);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfiguration(new ClientConfiguration());
        modelBuilder.ApplyConfiguration(new AuthorizationConfiguration());
        modelBuilder.ApplyConfiguration(new TokenConfiguration());
    }

    private sealed class ClientConfiguration : IEntityTypeConfiguration<Client>
    {
        public void Configure(EntityTypeBuilder<Client> builder)
        {
            builder.ToTable("clients", "platform");
            builder.HasKey(c => c.Id);
            builder.Property(c => c.Id).HasColumnName("id").ValueGeneratedNever();
            builder.Property(c => c.ClientId).HasColumnName("name").IsRequired();
            builder.Property(c => c.DisplayName).HasColumnName("title").IsRequired();
            builder.Property(c => c.Kind).HasColumnName("kind");
            builder.Property(c => c.IsPublic).HasColumnName("is_public");
            builder.Property(c => c.MayAsk).HasColumnName("may_ask");
            builder.Property(c => c.ReturnTo).HasColumnName("return_to");
            builder.Property(c => c.AfterSignOut).HasColumnName("after_sign_out");
            builder.Property(c => c.Disabled).HasColumnName("disabled");
            builder.Property(c => c.Deleted).HasColumnName("deleted");

            // What these would say follows from ours, see ClientRules.
            builder.Ignore(c => c.ApplicationType).Ignore(c => c.ClientSecret).Ignore(c => c.ClientType).Ignore(c => c.ConcurrencyToken).Ignore(c => c.ConsentType)
                .Ignore(c => c.DisplayNames).Ignore(c => c.JsonWebKeySet).Ignore(c => c.Permissions).Ignore(c => c.PostLogoutRedirectUris).Ignore(c => c.Properties)
                .Ignore(c => c.RedirectUris).Ignore(c => c.Requirements).Ignore(c => c.Settings);
            builder.HasMany(c => c.Authorizations).WithOne(a => a.Application!).HasForeignKey("client_id").IsRequired(false);
            builder.HasMany(c => c.Tokens).WithOne(t => t.Application!).HasForeignKey("client_id").IsRequired(false);
        }
    }

    private sealed class AuthorizationConfiguration : IEntityTypeConfiguration<ClientAuthorization>
    {
        public void Configure(EntityTypeBuilder<ClientAuthorization> builder)
        {
            builder.ToTable("oauth_authorizations", "platform");
            builder.HasKey(a => a.Id);
            builder.Property(a => a.Id).HasColumnName("id").ValueGeneratedOnAdd();
            builder.Property(a => a.ConcurrencyToken).HasColumnName("concurrency_token").IsConcurrencyToken();
            builder.Property(a => a.CreationDate).HasColumnName("created");
            builder.Property(a => a.Properties).HasColumnName("properties");
            builder.Property(a => a.Scopes).HasColumnName("scopes");
            builder.Property(a => a.Status).HasColumnName("status");
            builder.Property(a => a.Subject).HasColumnName("subject");
            builder.Property(a => a.Type).HasColumnName("type");
            builder.HasMany(a => a.Tokens).WithOne(t => t.Authorization!).HasForeignKey("authorization_id").IsRequired(false);
        }
    }

    private sealed class TokenConfiguration : IEntityTypeConfiguration<ClientToken>
    {
        public void Configure(EntityTypeBuilder<ClientToken> builder)
        {
            builder.ToTable("oauth_tokens", "platform");
            builder.HasKey(t => t.Id);
            builder.Property(t => t.Id).HasColumnName("id").ValueGeneratedOnAdd();
            builder.Property(t => t.ConcurrencyToken).HasColumnName("concurrency_token").IsConcurrencyToken();
            builder.Property(t => t.CreationDate).HasColumnName("created");
            builder.Property(t => t.ExpirationDate).HasColumnName("expires");
            builder.Property(t => t.RedemptionDate).HasColumnName("redeemed");
            builder.Property(t => t.Payload).HasColumnName("payload");
            builder.Property(t => t.Properties).HasColumnName("properties");
            builder.Property(t => t.ReferenceId).HasColumnName("reference");
            builder.Property(t => t.Status).HasColumnName("status");
            builder.Property(t => t.Subject).HasColumnName("subject");
            builder.Property(t => t.Type).HasColumnName("type");
        }
    }
}

/// <summary>A client as the OAuth server sees it.</summary>
internal sealed class Client : OpenIddictEntityFrameworkCoreApplication<Guid, ClientAuthorization, ClientToken>
{
    /// <summary><see cref="ClientKind"/>.</summary>
    public string Kind { get; private set; } = "";

    public bool IsPublic { get; private set; }

    public List<string> MayAsk { get; private set; } = [];

    public List<string> ReturnTo { get; private set; } = [];

    public List<string> AfterSignOut { get; private set; } = [];

    public DateTimeOffset? Disabled { get; private set; }

    public DateTimeOffset? Deleted { get; private set; }
}

/// <summary>What a person let an application do, from a sign-in on.</summary>
internal sealed class ClientAuthorization : OpenIddictEntityFrameworkCoreAuthorization<Guid, Client, ClientToken>;

/// <summary>A token that was handed out.</summary>
internal sealed class ClientToken : OpenIddictEntityFrameworkCoreToken<Guid, Client, ClientAuthorization>;

/// <summary>Asked for by the library's registration; scopes are our permissions and stand in no table.</summary>
internal sealed class ClientScope : OpenIddictEntityFrameworkCoreScope<Guid>;
