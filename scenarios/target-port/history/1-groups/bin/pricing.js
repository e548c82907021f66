#!/usr/bin/env node
import { createPricing } from "../lib/http.js";

const articles = new Map([["A-100", { price: 1990, groups: { trade: 12 } }]]);
const limit = Number(process.env.DISCOUNT_LIMIT ?? 40);
createPricing({ articles, limit }).listen(8080, () => console.log("listening on 0.0.0.0:8080"));
