return await RetailOps.Host.Verb.Start(args);
